// What was done floats for half a minute, longer while one looks at it. Without this file it stands in the page.
"use strict";

{
  const SHOWN = 30_000, AGAIN = 5_000;

  function remove(toast) {
    if (toast.contains(document.activeElement)) document.getElementById("main").focus({ preventScroll: true });
    toast.remove();
  }

  function live(toast) {
    let left = SHOWN, since = 0, timer = 0;

    function run() {
      if (timer || toast.matches(":hover, :focus-within")) return;
      since = performance.now();
      timer = setTimeout(() => remove(toast), left);
    }

    function pause() {
      if (!timer) return;
      clearTimeout(timer);
      timer = 0;
      left = Math.max(AGAIN, left - (performance.now() - since));
    }

    for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, pause);
    // Not before the focus has arrived wherever it goes.
    for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, () => setTimeout(run));
    toast.querySelector("[data-dismiss]").addEventListener("click", () => remove(toast));
    run();
  }

  const region = document.querySelector(".messages");
  if (region) {
    region.querySelectorAll(".toast").forEach(live);
    // A live region speaks when it changes, not for what it held from the first.
    setTimeout(() => { if (!region.contains(document.activeElement)) region.append(...region.children); }, 100);
  }
}
