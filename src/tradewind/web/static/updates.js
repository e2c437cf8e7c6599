"use strict";
// While a run is at work its part of the page is asked for again whenever the run says something.
(() => {
  const place = document.getElementById("live");
  if (!place || place.dataset.ended === "yes") return;
  let asking = false, again = false, ended = false;
  const show = async () => {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(place.dataset.part, { credentials: "same-origin" });
      if (answer.redirected || answer.status === 401) { location.reload(); return; }
      if (answer.ok) {
        const open = !!place.querySelector("details[open]");
        place.innerHTML = await answer.text();
        const log = place.querySelector("details");
        if (log && open) log.open = true;
      }
    } catch { /* away for a moment: the next word of the run, or the timer, asks again */ }
    asking = false;
    if (again) { again = false; setTimeout(show, 300); }
  };
  // Also without the stream, and where it breaks: asked for again every few seconds.
  const timer = setInterval(() => {
    const status = place.querySelector("[data-ended]");
    if (ended || (status && status.dataset.ended === "yes")) clearInterval(timer);
    else show();
  }, 3000);
  if (!window.EventSource) return;
  const source = new EventSource(place.dataset.stream);
  source.addEventListener("said", () => show());
  source.addEventListener("end", () => { ended = true; source.close(); show(); });
})();
