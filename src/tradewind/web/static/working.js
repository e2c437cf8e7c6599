// Looks again while work goes on, and goes along when it is done.
"use strict";
(() => {
  const look = async () => {
    const here = document.getElementById("working");
    if (!here || here.dataset.going !== "yes") return;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
      if (answer.redirected) { location.assign(answer.url); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const there = page.getElementById("working");
      if (answer.ok && there) here.replaceWith(there);
    } catch { /* the server may be starting anew: look again */ }
    setTimeout(look, 1000);
  };
  setTimeout(look, 800);
})();
