"use strict";
// A click on a row is sent in place; without this script the same forms load the page anew.
(() => {
  const list = document.querySelector(".work"), told = document.getElementById("told");
  if (!list) return;
  let last = null;

  const post = async (address, fields) => {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(answer.status === 403 ? "This page is too old: load it again." : "This was not taken down. Load the page again and try once more.");
    return answer.json();
  };
  const say = (text, kind, button) => {
    const line = document.createElement("div"), words = document.createElement("p");
    line.className = `${kind} row`;
    words.textContent = text;
    line.append(words);
    if (button) line.append(button);
    told.replaceChildren(line);
  };

  list.addEventListener("submit", async (event) => {
    const form = event.target, row = form.closest(".work-row");
    event.preventDefault();
    if (row.dataset.busy) return; // a second click while the first is on its way
    row.dataset.busy = "1";
    const fields = new FormData(form, event.submitter);
    try {
      const done = await post(list.dataset.say, fields);
      last = { row, id: done.feedback_id, csrf: fields.get("csrf") };
      row.querySelector(".said").textContent = `Said last: ${done.said}`;
      row.classList.add("finished");
      row.querySelectorAll("details[open]").forEach((one) => { one.open = false; });
      const undo = document.createElement("button");
      undo.type = "button";
      undo.className = "quiet";
      undo.textContent = "Take it back";
      undo.addEventListener("click", takeBack);
      say(`${row.getAttribute("aria-label")}: ${done.said}.`, "success", undo);
    } catch (error) {
      say(error.message, "warning");
    } finally {
      delete row.dataset.busy;
    }
  });

  const takeBack = async () => {
    if (!last) return;
    const { row, id, csrf } = last;
    last = null;
    try {
      await post(list.dataset.takeBack, { feedback_id: id, csrf });
      row.classList.remove("finished");
      row.querySelector(".said").textContent = "";
      say(`${row.getAttribute("aria-label")}: taken back.`, "success");
      row.focus();
    } catch (error) {
      say(error.message, "warning");
    }
  };

  // Single letters work only while a row has the focus, so that they are in nobody's way.
  const step = (row, by) => {
    const rows = [...list.children], next = rows[rows.indexOf(row) + by];
    if (next) next.focus();
  };
  list.addEventListener("keydown", (event) => {
    const row = event.target.closest(".work-row");
    if (!row || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
    const press = (selector) => row.querySelector(selector)?.click();
    const open = (selector) => { const one = row.querySelector(selector); if (one) { one.open = true; one.querySelector("input:not([type=hidden])").focus(); } };
    const keys = {
      j: () => step(row, 1), k: () => step(row, -1), d: () => press("button[value=done]"), w: () => press("button[value=won]"),
      n: () => open("details.later"), x: () => open("details.wrong"), u: takeBack,
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  list.firstElementChild.tabIndex = 0;
})();
