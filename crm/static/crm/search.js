// The search box suggests while one types. Without this file Enter leads to the page of results, as it does where
// no suggestion is chosen.
"use strict";

combobox(document.getElementById("global-search"), document.getElementById("suggestions"));
