// Small comforts on top of pages that work without any script.
"use strict";
(function () {
  var typing = "input, select, textarea, [contenteditable]";

  // "/" goes to the search box.
  document.addEventListener("keydown", function (event) {
    var box = document.querySelector(".find input");
    if (event.key === "/" && box && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.matches(typing)) {
      event.preventDefault();
      box.focus();
      box.select();
    }
    if (event.key === "Escape") {
      closeMenus(null, true);
    }
  });

  // Menus close on a click elsewhere, on Escape (giving the focus back), and when another opens.
  function closeMenus(except, focus) {
    document.querySelectorAll("details.menu[open], details.navfold[open]").forEach(function (menu) {
      if (menu !== except && !(except && menu.contains(except))) {
        menu.open = false;
        if (focus && menu.contains(document.activeElement)) {
          menu.querySelector("summary").focus();
        }
      }
    });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.menu, details.navfold"), false);
  });

  // A form sent twice by a double click is sent once.
  document.addEventListener("submit", function (event) {
    if (event.target.method === "post") {
      if (event.target.dataset.sent) {
        event.preventDefault();
        return;
      }
      event.target.dataset.sent = "1";
    }
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
    });
  });

  // What htmx could not do is said at the top of the page; a refusal brings its own words.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var status = event.detail.xhr.status;
    if (status === 422 || status === 409 || status === 403 || status === 404) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
      if (status !== 422) {
        event.detail.target = document.getElementById("alert") || event.detail.target;
        event.detail.swapOverride = "innerHTML";
      }
    }
  });
  function say(sentence) {
    var box = document.getElementById("alert");
    if (box) {
      box.textContent = "";
      var note = document.createElement("div");
      note.className = "note amber";
      note.textContent = sentence;
      box.appendChild(note);
    }
  }
  document.addEventListener("htmx:sendError", function () {
    say("没有连上服务器，刚才的没有存。请看网络，再试一次。");
  });
  document.addEventListener("htmx:responseError", function () {
    say("程序出错，这一步没有做成，已有的数据没有动。请再试一次。");
  });

  // The summary of errors takes the focus, so that it is read first.
  var errors = document.querySelector(".errors");
  if (errors) {
    errors.focus();
  }
})();
