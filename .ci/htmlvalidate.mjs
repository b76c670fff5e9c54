export default { root: true, extends: ["html-validate:standard","html-validate:document"] };
