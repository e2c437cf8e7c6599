"use strict";
// The interpreter of parsed expressions draws the charts, because the pages' policy forbids making code from text.
(() => {
  const options = {
    mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  };
  const drawn = [...document.querySelectorAll("[data-chart]")].map((place) => {
    const spec = document.getElementById(`${place.dataset.chart}-spec`);
    return vegaEmbed(place, JSON.parse(spec.textContent), options).catch((error) => {
      place.textContent = "This chart could not be drawn; its numbers stand below.";
      console.error(place.dataset.chart, error);
    });
  });
  Promise.all(drawn).then(() => document.documentElement.setAttribute("data-drawn", String(drawn.length)));
})();
