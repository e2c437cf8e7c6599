"use strict";
// Copies what is shown once, asks again before what cannot be undone, and keeps the chosen look in this browser.
addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      document.getElementById("copied").textContent = "Copied.";
    });
  }
  for (const form of document.querySelectorAll("form[data-sure]")) {
    form.addEventListener("submit", (event) => { if (!confirm(form.dataset.sure)) event.preventDefault(); });
  }
  const looks = document.getElementById("looks");
  if (!looks) return;
  looks.hidden = false;
  const kept = localStorage.getItem("tradewind-theme") || "auto";
  for (const choice of looks.querySelectorAll("input")) {
    choice.checked = choice.value === kept;
    choice.addEventListener("change", () => {
      if (choice.value === "auto") {
        localStorage.removeItem("tradewind-theme");
        delete document.documentElement.dataset.theme;
      } else {
        localStorage.setItem("tradewind-theme", choice.value);
        document.documentElement.dataset.theme = choice.value;
      }
    });
  }
});
