"use strict";
(() => {
  // Charts: the interpreter of parsed expressions, because the page's policy forbids making code from text.
  const options = {
    mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  };
  const source = document.getElementById("charts");
  const specs = source ? JSON.parse(source.textContent) : {};
  const drawn = [...document.querySelectorAll("[data-chart]")].map((place) => {
    const still = place.innerHTML;
    return vegaEmbed(place, specs[place.dataset.chart], options).catch((error) => {
      place.innerHTML = still;
      console.error(place.dataset.chart, error);
    });
  });
  Promise.all(drawn).then(() => document.documentElement.setAttribute("data-drawn", String(drawn.length)));

  const root = document.documentElement;
  const button = document.getElementById("theme");
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const tell = () => button.setAttribute("aria-pressed", String(dark()));
  button.hidden = false;
  tell();
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    tell();
  });

  // Paper cannot be clicked: what proves the answers is printed open, and closed again afterwards.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.how:not([open])")];
    opened.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((one) => { one.open = false; }));
})();
