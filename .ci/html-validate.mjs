// Conformance with the HTML standard; style is nobody's business in built pages. What the theme
// does on purpose, and what the rules do not know:
export default {
  root: true,
  extends: ["html-validate:standard"],
  rules: {
    "element-name": ["error", { whitelist: ["mjx-TeXAtom"] }], // MathJax's; case says nothing in HTML
    "attribute-misuse": "off", // rel="edit" is a registered link type
    "input-missing-label": "off", // hidden switches of drawer and search; axe checks all in reach
    "require-sri": "off", // every file is our own host's
    "valid-autocomplete": "off", // on those switches: or Firefox reopens the drawer on reload
  },
};
