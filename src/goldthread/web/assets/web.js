// What every page runs. Each part stands alone; a page without its elements is left as it is.

import { startComponents } from "./components.js";
import { startConnection } from "./connection.js";
import { startCounts } from "./counts.js";
import { startKeys } from "./keys.js";
import { startRows } from "./rows.js";
import { startTheme } from "./theme.js";
import { startTaken } from "./taken.js";
import { refreshTimes, startTimes } from "./times.js";

startTheme();
startTimes();
startKeys();
startRows();
startConnection();
startCounts();
startTaken();
startComponents();
document.addEventListener("htmx:after:swap", () => refreshTimes());
