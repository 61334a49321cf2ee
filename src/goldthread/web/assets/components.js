// The few public-service components that need a script, also in what arrives later.

import { Button, CharacterCount, Checkboxes, ErrorSummary, PasswordInput, Radios, SkipLink, Tabs, createAll } from "govuk-frontend";

const KINDS = [Button, CharacterCount, Checkboxes, ErrorSummary, PasswordInput, Radios, SkipLink, Tabs];

function enliven(scope) {
  // what is already alive reports itself as an error, which is no news
  for (const kind of KINDS) createAll(kind, {}, { scope, onError() {} });
}

export function startComponents() {
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
  enliven(document);
  document.addEventListener("htmx:after:swap", () => enliven(document));
}
