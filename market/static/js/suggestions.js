// Suggestions while a search is typed: <input data-suggest="url"> becomes a combobox (ARIA 1.2) with a listbox beneath.
// Without script the input stays what it is, and the form does the search.

const WAIT_MS = 120;
const SHORTEST = 1;
let lists = 0;

class Suggestions {
  constructor(input) {
    this.input = input;
    this.shown = [];
    this.active = -1;
    this.timer = 0;
    this.running = new AbortController();
    this.list = document.createElement("ul");
    this.list.className = "suggestions";
    this.list.id = `suggestions-${++lists}`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.getAttribute("aria-label") || input.labels?.[0]?.firstChild?.data || "");
    this.list.hidden = true;
    input.after(this.list);
    input.parentElement.classList.add("suggests");
    input.autocomplete = "off";
    for (const [name, value] of [
      ["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"],
      ["aria-controls", this.list.id],
    ]) input.setAttribute(name, value);
    input.addEventListener("input", () => this.wait());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // mousedown would take the focus, and with it the list, away before the click
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(this.shown[Number(option.dataset.at)].text);
    });
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch().catch(() => this.close()), WAIT_MS);
  }

  async fetch() {
    this.running.abort();
    this.running = new AbortController();
    const typed = this.input.value.trim();
    if (typed.length < SHORTEST) return this.close();
    const url = `${this.input.dataset.suggest}?q=${encodeURIComponent(typed)}`;
    const answer = await fetch(url, { signal: this.running.signal });
    if (!answer.ok) return this.close();
    this.show((await answer.json()).suggestions);
  }

  show(suggestions) {
    this.shown = suggestions;
    this.list.replaceChildren(...suggestions.map((one, at) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${at}`;
      option.dataset.at = String(at);
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const kind = document.createElement("span");
      kind.className = "muted small";
      kind.textContent = one.kind;
      option.append(`${one.text} `, kind);
      return option;
    }));
    this.mark(-1);
    const isOpen = suggestions.length > 0 && document.activeElement === this.input;
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
  }

  mark(at) {
    this.active = at;
    [...this.list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    if (at >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    // 229: the key that ends a composition, which Safari sends after it
    if (this.list.hidden || event.isComposing || event.keyCode === 229) return;
    const count = this.shown.length;
    if (event.key === "ArrowDown") this.mark((this.active + 1) % count);
    else if (event.key === "ArrowUp") this.mark((this.active <= 0 ? count : this.active) - 1);
    else if (event.key === "Enter" && this.active >= 0) this.choose(this.shown[this.active].text);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  choose(text) {
    this.input.value = text;
    this.close();
    this.input.form.requestSubmit();
  }

  close() {
    clearTimeout(this.timer);
    this.running.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.mark(-1);
  }
}

for (const input of document.querySelectorAll("[data-suggest]")) new Suggestions(input);
