// Every page: relative times, copy and print buttons, menus that close, confirmation as a dialog, "/" to search.

const text = document.body.dataset;

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });

function tellTimes() {
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["minute", 60];
    time.textContent = words.format(Math.trunc(seconds / length), unit);
  }
}

function copyButton(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.getAttribute("aria-label");
    button.setAttribute("aria-label", text.textCopied);
    button.title = text.textCopied;
    button.classList.add("tone-success");
    setTimeout(() => {
      button.setAttribute("aria-label", label);
      button.title = "";
      button.classList.remove("tone-success");
    }, 1500);
  });
}

// The unfolding question becomes a modal dialog; its form is the same form.
function confirmDialog(details) {
  const summary = details.querySelector("summary");
  const dialog = document.createElement("dialog");
  const form = details.querySelector("form");
  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.className = "button";
  cancel.textContent = text.textCancel;
  cancel.addEventListener("click", () => dialog.close());
  form.querySelector(".confirm-actions").prepend(cancel);
  form.classList.remove("confirm-panel");
  dialog.append(form);
  dialog.setAttribute("aria-label", summary.textContent);
  const opener = document.createElement("button");
  opener.type = "button";
  opener.className = summary.className;
  opener.append(...summary.childNodes);
  opener.addEventListener("click", () => dialog.showModal());
  details.replaceWith(opener, dialog);
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open], details.breakdown[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

// What waits for news of another system asks again for a minute, and shows the page anew once it has changed.
async function awaitNews(left) {
  if (left === 0) return;
  await new Promise((done) => setTimeout(done, 2000));
  const answer = await fetch(location.href);
  if (answer.ok && !(await answer.text()).includes(" data-awaits")) location.reload();
  else await awaitNews(left - 1);
}

tellTimes();
setInterval(tellTimes, 60_000);
if (document.querySelector("[data-awaits]")) awaitNews(30).catch(() => {}); // the page can be reloaded
document.querySelectorAll("[data-copy]").forEach(copyButton);
document.querySelectorAll("[data-confirm]").forEach(confirmDialog);
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = event.target.closest?.("details.menu[open], details.breakdown[open]");
    closeMenus(null);
    menu?.querySelector("summary").focus();
  }
  if (event.key === "/" && !event.target.closest("input, textarea, select, [contenteditable]")) {
    event.preventDefault();
    document.querySelector("[data-search]")?.focus();
  }
});
