"use strict";
// Lays an image and what became of it one over the other: a slider moves the line between them, a button swaps them.
// Without it the page is the same, with the pictures side by side.
(function () {
  // A swap every 0.7 s is far below the three flashes a second that can harm.
  const EVERY = 700;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  function prepare(box) {
    const given = box.closest(".picture-row").querySelectorAll(".picture-line img");
    if (given.length < 2) return;
    const stage = box.querySelector(".compare-stage");
    const slider = box.querySelector("input");
    const button = box.querySelector("button");
    const told = box.querySelector(".compare-shown");
    const words = box.dataset;
    let timer = 0, whole = "";

    for (const one of [given[0], given[1]]) {
      const copy = one.cloneNode();
      copy.alt = "";
      stage.append(copy);
    }

    function show() {
      const line = { "": Number(slider.value), original: 100, made: 0 }[whole];
      stage.style.setProperty("--line-at", line + "%");
      stage.classList.toggle("whole", whole !== "");
      told.textContent = whole ? words[whole] : told.dataset.sides;
      slider.setAttribute("aria-valuetext", words.at.replace("{percent}", slider.value).replace("{rest}", 100 - slider.value));
      button.textContent = still.matches ? words.swap : timer ? words.stop : words.flicker;
    }

    function swap() {
      whole = whole === "original" ? "made" : "original";
      show();
    }

    function stop() {
      clearInterval(timer);
      timer = 0;
      whole = "";
      show();
    }

    button.addEventListener("click", () => {
      // What moves by itself is not read out; what somebody asked for is.
      told.setAttribute("aria-live", still.matches ? "polite" : "off");
      if (still.matches) {
        swap();
      } else if (timer) {
        stop();
      } else {
        timer = setInterval(swap, EVERY);
        swap();
      }
    });
    slider.addEventListener("input", stop);
    still.addEventListener("change", stop);
    box.hidden = false;
    show();
  }

  document.querySelectorAll(".compare").forEach(prepare);
})();
