"use strict";
// What contacting leaves at the cost and share that somebody tries: line by line as in flow/answers/economics.py.
(() => {
  const form = document.getElementById("what-if");
  const curve = JSON.parse(document.getElementById("what-if-curve").textContent);
  const figures = document.getElementById("what-if-figures");

  function above(threshold) {
    let low = 0, high = curve.stakes.length; // how many knots are above the threshold; stakes fall
    while (low < high) {
      const middle = (low + high) >> 1;
      if (curve.stakes[middle] > threshold) low = middle + 1; else high = middle;
    }
    if (low === 0) return [0, 0];
    const rank = curve.ranks[low - 1], total = curve.sums[low - 1];
    const gap = low < curve.ranks.length ? curve.ranks[low] - rank : 1;
    if (gap === 1) return [rank, total];
    const upper = curve.stakes[low - 1], lower = curve.stakes[low];
    const more = Math.min(Math.trunc((upper - threshold) / (upper - lower) * gap), gap - 1);
    return [rank + more, total + more * (upper + threshold) / 2];
  }

  function reckon(cost, share) {
    const [contacts, atStake] = above(share > 0 ? cost / share : Infinity);
    let length = 0, best = 0;
    curve.places.forEach((place, corner) => {
      const left = share * curve.reached[corner] - place * cost;
      if (left > best) [length, best] = [place, left];
    });
    return {
      contacts, cost: contacts * cost, gain: share * atStake - contacts * cost,
      break_even_share: atStake > 0 ? contacts * cost / atStake : null, best_length: length, best_gain: best,
    };
  }

  // Figures as people say them: as in report/numbers.py.
  const even = (value) => value % 1 === 0.5 ? 2 * Math.round(value / 2) : Math.round(value); // ties go to the even one
  const rounded = (value, places) => {
    const scaled = value * 10 ** places;
    return scaled % 1 === 0.5 && Number.isInteger(value * 8) ? even(scaled) / 10 ** places : Number(value.toFixed(places));
  };
  const digits = (value, places) => rounded(Math.abs(value), places)
    .toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
  const minus = (value, text) => value < 0 && Number(text.replaceAll(",", "")) !== 0 ? `−${text}` : text;
  const meaning = (value) => {
    if (value === 0) return 0;
    const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2);
    return unit < 1 ? Number(value.toPrecision(3)) : even(value / unit) * unit;
  };
  const big = (value) => Math.abs(value) >= 1e9 ? [1e9, " billion"] : Math.abs(value) >= 1e6 ? [1e6, " million"] : null;
  const dressed = (value, text) => minus(value, form.dataset.money.replace("1", text));
  const whole = (value) => digits(value, Math.abs(value) < 100 ? 2 : 0).replace(/\.00$/, "");
  const say = {
    count(value) {
      const size = big(value);
      if (size) return digits(value / size[0], 2).replace(/\.?0+$/, "") + size[1];
      return digits(Math.abs(value) < 10000 ? even(value) : meaning(value), 0);
    },
    money(value) {
      const size = big(value);
      if (size) return dressed(value, whole(rounded(value / size[0], 2))) + size[1];
      if (Math.abs(value) < 100) return dressed(value, whole(Math.abs(value) < 20 ? value : even(value)));
      return dressed(value, whole(meaning(value)));
    },
    "one-in"(share) {
      if (share === null) return "–";
      if (share > 1) return "more than everybody";
      if (share >= 0.3) return `${even(share * 10)} in 10`;
      return share > 0 ? `1 in ${say.count(1 / share)}` : "nobody";
    },
  };

  const fields = { cost: document.getElementById("contact-cost"), of100: document.getElementById("of-100") };
  const ranges = [...form.querySelectorAll("input[type=range]")];
  const said = document.getElementById("what-if-said");

  function tell() {
    const cost = fields.cost.valueAsNumber, share = fields.of100.valueAsNumber / 100;
    const usable = cost >= 0 && cost <= 1e9 && share >= 0 && share <= 1;
    const found = usable ? reckon(cost, share) : null;
    for (const out of figures.querySelectorAll("[data-out]")) {
      const value = found ? found[out.dataset.out] : null;
      out.dataset.value = value === null ? "" : String(value);
      out.textContent = found ? say[out.dataset.as](value) : "–";
    }
  }

  function speak() {
    said.textContent = [...figures.querySelectorAll(".figure")].slice(0, 4)
      .map((one) => `${one.querySelector("dd").textContent} ${one.querySelector("dt").textContent}`).join("; ");
  }

  for (const range of ranges) {
    const field = document.getElementById(range.dataset.of);
    range.hidden = false;
    range.addEventListener("input", () => { field.value = range.value; tell(); });
    field.addEventListener("input", () => {
      if (field.valueAsNumber > Number(range.max)) range.max = field.value;
      range.value = field.value;
      tell();
    });
    for (const one of [range, field]) one.addEventListener("change", speak);
  }
  const kept = Object.values(fields).map((field) => [field, field.value]);
  document.getElementById("what-if-back").addEventListener("click", (event) => {
    if (location.search) return; // the page was asked with other figures: it has to be loaded again
    event.preventDefault();
    for (const [field, value] of kept) {
      field.value = value;
      field.dispatchEvent(new Event("input"));
    }
    speak();
  });
  for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;
  document.documentElement.dataset.whatIf = "ready";
})();
