// What scrolls sideways can be reached and scrolled with the keyboard.
window.addEventListener("load", () => {
  for (const part of document.querySelectorAll(".cell_output, .bd-article table, .bd-article pre")) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
  }
});
