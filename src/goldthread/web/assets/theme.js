// The choice of colours, kept in this browser and in a cookie so that the server paints the first page right.

const YEAR = 365 * 24 * 3600;

export function chooseTheme(value) {
  document.documentElement.dataset.theme = value;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  try {
    localStorage.setItem("goldthread-theme", value);
  } catch {
    // the cookie alone will do
  }
}

export function startTheme() {
  for (const choice of document.querySelectorAll('input[name="theme"]')) {
    choice.checked = choice.value === document.documentElement.dataset.theme;
    choice.addEventListener("change", () => chooseTheme(choice.value));
  }
}
