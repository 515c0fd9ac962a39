// Tables: choose the columns shown (kept in this browser), move between rows with j and k, open one with Enter.

function chooser(details) {
  const table = document.getElementById(details.dataset.columnsFor);
  if (!table) return;
  const key = `columns:${location.pathname}:${table.id}`;
  const headings = [...table.tHead.rows[0].cells];
  const hidden = new Set(JSON.parse(localStorage.getItem(key) ?? "[]"));
  const panel = details.querySelector(".menu-panel");
  const apply = () => {
    for (const row of table.rows) {
      [...row.cells].forEach((cell, index) => (cell.hidden = hidden.has(headings[index]?.textContent.trim())));
    }
  };
  headings.slice(1).forEach((heading) => {
    const name = heading.textContent.trim();
    if (!name) return;
    const label = document.createElement("label");
    label.className = "menu-item";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = !hidden.has(name);
    box.addEventListener("change", () => {
      if (box.checked) hidden.delete(name);
      else hidden.add(name);
      localStorage.setItem(key, JSON.stringify([...hidden]));
      apply();
    });
    label.append(box, name);
    panel.append(label);
  });
  details.hidden = false;
  apply();
}

function step(by) {
  const links = [...document.querySelectorAll("table.table-cards > tbody > tr > :first-child a:first-of-type")];
  if (links.length === 0) return;
  const here = links.indexOf(document.activeElement);
  links[Math.min(Math.max(here + by, 0), links.length - 1)].focus();
}

document.querySelectorAll("[data-columns-for]").forEach(chooser);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  if (event.key === "j") step(1);
  if (event.key === "k") step(-1);
});
