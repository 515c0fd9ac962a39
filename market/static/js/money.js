// Under an amount typed in yuan: the same amount in 万元 or 亿元 and in capital numerals (大写).

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];
const GROUPS = ["", "万", "亿", "万亿"];

// Fen of "1,234.5", "24万" or "3.2亿元" as a BigInt; null when it is no amount.
export function parseYuan(typed) {
  const plain = typed.normalize("NFKC").replace(/[,\s¥]/g, "");
  const match = /^(\d{1,12})(?:\.(\d{1,8}))?(万|亿)?元?$/.exec(plain);
  if (!match) return null;
  const [, whole, fraction = "", unit] = match;
  const shift = { 万: 4, 亿: 8 }[unit] ?? 0;
  const places = 2 + shift;
  if (fraction.length > places) return null;
  return BigInt(whole + fraction.padEnd(places, "0"));
}

function capitalGroup(digits) {
  let written = "";
  let zero = false;
  [...digits].forEach((digit, index) => {
    if (digit === "0") {
      zero = written !== "";
      return;
    }
    written += (zero ? "零" : "") + DIGITS[digit] + PLACES[digits.length - 1 - index];
    zero = false;
  });
  return written;
}

export function capital(fen) {
  if (fen === 0n) return "零元整";
  const text = String(fen).padStart(3, "0");
  const whole = text.slice(0, -2).replace(/^0+/, "");
  const [jiao, last] = text.slice(-2);
  let written = "";
  for (let end = whole.length, group = 0; end > 0; end -= 4, group += 1) {
    const digits = whole.slice(Math.max(end - 4, 0), end);
    const part = capitalGroup(digits);
    if (part === "") continue;
    const lead = digits.startsWith("0") && end > 4 ? "零" : "";
    written = lead + part + GROUPS[group] + written;
  }
  written += whole ? "元" : "";
  if (jiao === "0" && last === "0") return `${written}整`;
  if (jiao !== "0") written += `${DIGITS[jiao]}角`;
  else if (whole) written += "零";
  return last === "0" ? written : `${written}${DIGITS[last]}分`;
}

function short(fen) {
  const chinese = document.documentElement.lang.startsWith("zh");
  const exact = Number(fen) / 100;
  if (!chinese) return `¥${exact.toLocaleString("en")}`;
  for (const [size, unit] of [[1e8, "亿元"], [1e4, "万元"]]) {
    if (exact >= size) return `${(exact / size).toLocaleString("zh-CN", { maximumFractionDigits: 6 })} ${unit}`;
  }
  return `${exact.toLocaleString("zh-CN", { minimumFractionDigits: 2 })} 元`;
}

function echo(input) {
  const output = input.closest(".field")?.querySelector("[data-money-echo]");
  if (!output) return;
  const say = () => {
    const fen = parseYuan(input.value);
    output.value = fen === null ? "" : `${short(fen)}　${capital(fen)}`;
  };
  input.addEventListener("input", say);
  say();
}

document.querySelectorAll("input[data-money]").forEach(echo);
