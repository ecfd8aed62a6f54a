// Charts: each figure has its table beside it; this draws the picture once it comes into view, after the text.
// A figure says with data-chart where its Vega-Lite specification lies. The 300 KB of Vega load with the first one.
const OPTIONS = {
  ast: true, // expressions are interpreted: the page's policy allows no eval
  defaultStyle: false, // no style element either; components.css has what is needed
  actions: false,
  renderer: "svg",
  tooltip: false,
};
let drawing;

// The server draws as wide as there is room, so that words keep their size on a phone.
function addressOf(holder) {
  const address = new URL(holder.dataset.chart, location.href);
  address.searchParams.set("width", Math.floor(holder.clientWidth / 20) * 20);
  return address;
}

async function draw(holder) {
  if (holder.dataset.state) return;
  holder.dataset.state = "loading";
  try {
    drawing ??= import("../vega/vega.js");
    const [{ default: embed }, answer] = await Promise.all([drawing, fetch(addressOf(holder), { headers: { Accept: "application/json" } })]);
    if (!answer.ok) throw new Error(`${answer.status} for ${addressOf(holder)}`);
    const place = document.createElement("div");
    const { view } = await embed(place, await answer.json(), OPTIONS);
    const svg = place.querySelector("svg");
    svg.removeAttribute("style");
    svg.setAttribute("aria-hidden", "true"); // the figure has the name, the table the figures
    svg.setAttribute("focusable", "false");
    holder.replaceChildren(place);
    holder.dataset.state = "drawn";
    addEventListener("pagehide", () => view.finalize(), { once: true });
  } catch (problem) {
    holder.dataset.state = "failed";
    holder.querySelector(".chart-wait")?.replaceChildren(holder.dataset.failed);
    holder.closest("figure")?.querySelector("details")?.setAttribute("open", "");
    console.warn(problem);
  }
}

const watcher = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
    watcher.unobserve(entry.target);
    draw(entry.target);
  }),
  { rootMargin: "200px" },
);
export function watch(root) {
  for (const holder of root.querySelectorAll("[data-chart]:not([data-state])")) watcher.observe(holder);
}

const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 60));
whenIdle(() => watch(document));
// What htmx puts into the page later may hold charts, too.
document.addEventListener("htmx:load", (event) => watch(event.target));
// A sheet of paper has no place to scroll: everything is drawn before it is printed.
addEventListener("beforeprint", () => document.querySelectorAll("[data-chart]:not([data-state])").forEach(draw));
