// Runs before the first paint: the server has set the theme from the cookie; this covers a browser whose cookie is gone.
const root = document.documentElement;
root.dataset.scripted = "";
try {
  const kept = localStorage.getItem("goldthread-theme");
  if (root.dataset.theme === "system" && (kept === "light" || kept === "dark")) root.dataset.theme = kept;
} catch {
  // a browser that refuses storage keeps the server's choice
}
