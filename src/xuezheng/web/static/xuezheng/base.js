// What every page shares; everything works without it.
// Menus close on Escape and on a click outside: a details element alone would stay open over the page.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
// Forms marked with data-submit-on-change are sent when a choice is made; their button stays for those without scripts.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});
// A form is sent once: a second click while the answer is on its way would do the work twice. An answer that is a file
// leaves the page standing, so the form opens again after a while.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 4000);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
// After a form came back with faults, work goes on at the first of them.
document.querySelector(".field.wrong :is(input, select, textarea)")?.focus();
// Buttons that print: hidden until there is a script that can.
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
// A choice of the current year in a row that scrolls is brought into view.
document.querySelector(".years [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
