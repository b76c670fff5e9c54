// Whether a lecturer wants all answers shown; kept for as long as the tab is open.

const KEY = "cv7-teach";
let on = new URLSearchParams(location.search).has("teach"); // where nothing may be kept

export function teaching() {
  try {
    return on || sessionStorage.getItem(KEY) !== null;
  } catch {
    return on;
  }
}

export function teach(wanted) {
  on = wanted;
  try {
    if (wanted) sessionStorage.setItem(KEY, "");
    else sessionStorage.removeItem(KEY);
  } catch {
    // not allowed to: it holds until the page is loaded anew
  }
}
