// Where this script came from is where its server is, also below a path such as https://clinic.example/chat/widget.js.
const SCRIPT = document.currentScript;
const HOME = new URL(".", SCRIPT?.src || location.href).href.replace(/\/$/, "");
