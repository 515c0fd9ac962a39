// Forms: a second press of the button sends nothing, filters submit themselves, errors take the focus.

const AGAIN_AFTER_MS = 10_000;

function guard(form) {
  let sentAt = -AGAIN_AFTER_MS;
  form.addEventListener("submit", (event) => {
    if (event.timeStamp - sentAt < AGAIN_AFTER_MS) {
      event.preventDefault();
      return;
    }
    sentAt = event.timeStamp;
    const button = event.submitter;
    if (!button?.classList.contains("button")) return;
    button.dataset.label = button.innerHTML;
    button.textContent = document.body.dataset.textSending;
    button.setAttribute("aria-disabled", "true");
  });
  // Back from the history cache, or after a download: the form may be sent again.
  window.addEventListener("pageshow", () => {
    sentAt = -AGAIN_AFTER_MS;
    for (const button of form.querySelectorAll("button[data-label]")) {
      button.innerHTML = button.dataset.label;
      button.removeAttribute("aria-disabled");
      delete button.dataset.label;
    }
  });
}

// Empty fields stay out of the address.
function filter(form) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (value === "") event.formData.delete(name);
    }
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
  });
}

document.querySelectorAll("form[method=post]").forEach(guard);
document.querySelectorAll("form[data-autosubmit]").forEach(filter);
// Each link of the summary names its field.
function nameFields(summary) {
  const colon = document.documentElement.lang === "en" ? ": " : "：";
  for (const link of summary.querySelectorAll("a[href^='#f-']")) {
    const target = document.getElementById(link.hash.slice(1));
    const label = target?.labels?.[0] ?? target?.querySelector("legend");
    const name = label?.firstChild.textContent.trim();
    if (name && !link.textContent.includes(name)) link.prepend(name, colon);
  }
  summary.focus();
}

document.querySelectorAll("[data-error-summary]").forEach(nameFields);
