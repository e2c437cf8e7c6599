// Sends files one by one as they are dropped or chosen, with progress; without this script the plain form does the same.
"use strict";
(() => {
  const form = document.getElementById("upload");
  if (!form || !window.XMLHttpRequest) return;
  const list = document.getElementById("sending");
  const chosen = document.getElementById("files");
  const folder = document.getElementById("folder");
  const token = document.querySelector('meta[name="csrf"]')?.content || "";
  let busy = 0, sent = 0, refused = 0;

  form.querySelector(".drop-words").hidden = false;
  if ("webkitdirectory" in folder) form.querySelector(".folder").hidden = false;

  const line = (name) => {
    const item = document.createElement("li");
    const label = document.createElement("span");
    label.textContent = name;
    const bar = document.createElement("progress");
    bar.max = 1; bar.value = 0; bar.setAttribute("aria-label", name);
    item.append(label, bar);
    list.append(item);
    return { item, label, bar };
  };

  const finished = () => {
    if (busy) return;
    if (sent && !refused) location.assign(location.pathname);
    else if (sent) {
      const again = document.createElement("li");
      const link = document.createElement("a");
      link.className = "button"; link.href = location.pathname; link.textContent = "Go on with the files that were received";
      again.append(link); list.append(again);
    }
  };

  const outcome = (shown, status, text) => {
    shown.bar.remove();
    let said = {};
    try { said = JSON.parse(text); } catch { /* the status says enough */ }
    if (status >= 200 && status < 300) {
      sent += 1;
      const notes = [...(said.notes || [])];
      if ((said.same || []).length) notes.push("the same file is here already");
      for (const [kept] of said.instead_of || []) notes.push(`it takes the place of the older ${kept}`);
      for (const [name, why] of said.left_out || []) notes.push(`${name} is left out: ${why}`);
      shown.label.textContent = `✓ ${said.name || ""} received${notes.length ? `: ${notes.join("; ")}` : ""}`;
    } else {
      refused += 1;
      const problem = said.problem;
      const words = problem ? `${problem.what}${problem.found ? ` (found: ${problem.found})` : ""}${problem.do ? `. → ${problem.do}` : ""}`
        : status === 403 ? "you may not send files, or were signed out: open the page again" : status === 413 ? "it is too large" : "it could not be sent: try again";
      shown.item.className = "wrong-text";
      shown.label.textContent = `✕ ${shown.name}: ${words}`;
    }
    busy -= 1;
    finished();
  };

  const send = (file) => new Promise((done) => {
    const shown = { ...line(file.name), name: file.name };
    busy += 1;
    const request = new XMLHttpRequest();
    const address = `${form.dataset.to}/${encodeURIComponent(form.dataset.set)}/${encodeURIComponent(file.name)}`;
    request.open("PUT", address);
    request.setRequestHeader("X-CSRF-Token", token);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => { if (event.lengthComputable) shown.bar.value = event.loaded / event.total; };
    request.onload = () => { outcome(shown, request.status, request.responseText); done(); };
    request.onerror = () => { outcome(shown, 0, ""); done(); };
    request.send(file);
  });

  const sendAll = async (files) => {
    const usable = [...files].filter((file) => !file.name.startsWith("."));
    busy += 1;
    for (const file of usable) await send(file);
    busy -= 1;
    finished();
  };

  const filesOf = async (entry) => {
    if (entry.isFile) return [await new Promise((done, no) => entry.file(done, no))];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((done, no) => reader.readEntries(done, no));
      if (!some.length) break;
      for (const each of some) found.push(...await filesOf(each));
    }
    return found;
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); sendAll(chosen.files); });
  chosen.addEventListener("change", () => { if (chosen.files.length) sendAll(chosen.files); });
  folder.addEventListener("change", () => { if (folder.files.length) sendAll(folder.files); });
  for (const kind of ["dragenter", "dragover"]) form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) form.addEventListener(kind, () => form.classList.remove("over"));
  form.addEventListener("drop", async (event) => {
    event.preventDefault();
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const plain = [...event.dataTransfer.files];
    const found = [];
    for (const entry of entries) found.push(...await filesOf(entry));
    sendAll(found.length ? found : plain);
  });
})();
