// Shows what becomes of the rows while the mapping is typed; without this script the buttons do the same.
"use strict";
(() => {
  const form = document.getElementById("mapping");
  if (!form) return;
  const token = document.querySelector('meta[name="csrf"]')?.content || "";
  const waiting = new Map();
  const turn = new Map(); // an answer that a later one has overtaken is not shown

  const mark = (table, problems) => {
    for (const field of table.querySelectorAll(".field[data-key]")) {
      const input = field.querySelector("input");
      const said = problems.find((one) => one.dataset.problem === field.dataset.key);
      let line = field.querySelector(".wrong-text");
      field.classList.toggle("wrong", Boolean(said));
      if (said) {
        if (!line) {
          line = document.createElement("p");
          line.className = "wrong-text";
          line.id = `${input.id}-wrong`;
          input.after(line);
          input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") || ""} ${line.id}`.trim());
        }
        line.textContent = said.textContent;
        input.setAttribute("aria-invalid", "true");
        input.closest("details:not(.table)")?.setAttribute("open", "");
      } else { line?.remove(); input.removeAttribute("aria-invalid"); }
    }
  };

  const show = async (table) => {
    const name = table.id.replace("table-", "");
    const place = document.getElementById(`preview-${name}`);
    const mine = (turn.get(table) || 0) + 1;
    turn.set(table, mine);
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${form.dataset.preview}/${encodeURIComponent(name)}`, {
        method: "POST", headers: { "X-CSRF-Token": token }, body: new URLSearchParams(new FormData(form)),
      });
      const text = await answer.text();
      if (turn.get(table) !== mine) return;
      if (answer.ok) {
        const page = new DOMParser().parseFromString(text, "text/html");
        place.replaceChildren(...page.body.childNodes);
        mark(table, [...place.querySelectorAll("[data-problem]")]);
      } else place.textContent = "The preview could not be made; saving still says what is wrong.";
    } catch { place.textContent = "The server did not answer; try again."; }
    place.removeAttribute("aria-busy");
  };

  const soon = (table) => {
    clearTimeout(waiting.get(table));
    waiting.set(table, setTimeout(() => show(table), 450));
  };

  for (const table of form.querySelectorAll("details.table")) {
    table.addEventListener("input", (event) => { if (event.target.name?.startsWith("value:")) soon(table); });
    table.addEventListener("toggle", () => {
      if (table.open && !document.getElementById(table.id.replace("table-", "preview-")).childElementCount) show(table);
    });
    table.querySelector("button[name=preview]")?.addEventListener("click", (event) => { event.preventDefault(); show(table); });
    if (table.open && !document.getElementById(table.id.replace("table-", "preview-")).childElementCount) show(table);
  }

  for (const link of document.querySelectorAll('a[href^="#table-"]')) {
    link.addEventListener("click", () => { const table = document.querySelector(link.getAttribute("href")); if (table) table.open = true; });
  }

  // The browser knows where it stands: its zone is the likelier answer than the first of a list.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const other = document.querySelector("input[data-zone]");
  if (other && zone && zone !== "UTC") {
    const option = document.querySelector(`input[type=radio][name="value:workspace.timezone"][value="${CSS.escape(zone)}"]`);
    if (option) option.checked = true; else other.value = zone;
  }
})();
