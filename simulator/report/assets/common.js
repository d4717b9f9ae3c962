"use strict";

// What both pages share: the data, colours by the style sheet, numbers, and what happens when the page is printed, turned
// dark or made narrower.
const data = JSON.parse(document.getElementById("data").textContent);
const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';
const PRINTED = 690; // width of an A4 page between its margins, in CSS pixels

let colours = {};
function colour(name) {
  return colours[name] ??= getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}
function clear(name, alpha) {
  return colour(name) + Math.round(alpha * 255).toString(16).padStart(2, "0");
}

function num(v, decimals = 0) {
  if (v == null) return "–";
  return v.toLocaleString("en", { maximumFractionDigits: decimals }).replace("-", "−");
}
function signed(v) {
  return v > 0 ? "+" + v : num(v);
}
function span(seconds) {
  const m = Math.round(seconds / 60);
  if (m < 60) return m + " min";
  if (m < 1440) return Math.floor(m / 60) + " h" + (m % 60 ? " " + (m % 60) + " min" : "");
  return Math.floor(m / 1440) + " d" + (Math.floor(m / 60) % 24 ? " " + (Math.floor(m / 60) % 24) + " h" : "");
}

// nice is the least round number that is not below v.
function nice(v) {
  if (!(v > 0)) return 1;
  const p = 10 ** Math.floor(Math.log10(v));
  return [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((f) => f * p).find((f) => f >= v * 0.9999);
}

const plots = [];

// fit gives every plot the width of its place, or that of a printed page.
function fit(printed) {
  for (const p of plots) {
    const width = printed ? PRINTED : p.el.clientWidth;
    if (width > 0 && p.u.width !== width) p.u.setSize({ width, height: p.u.height });
  }
}
function repaint() {
  colours = {};
  for (const p of plots) p.u.redraw(false, true);
}

function listen({ beforePrint = () => {}, afterPrint = () => {}, afterFit = () => {} }) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  let folded = [];
  addEventListener("beforeprint", () => {
    document.documentElement.dataset.print = "";
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const d of folded) d.open = true;
    beforePrint();
    fit(true);
    repaint();
  });
  addEventListener("afterprint", () => {
    delete document.documentElement.dataset.print;
    for (const d of folded) d.open = false;
    afterPrint();
    fit(false);
    repaint();
  });
  new ResizeObserver(() => {
    if ("print" in document.documentElement.dataset) return;
    fit(false);
    afterFit();
  }).observe(document.querySelector("main"));
}

const axis = (more) => ({
  font: FONT, stroke: () => colour("ink2"), grid: { stroke: () => colour("rule"), width: 1 }, ticks: { show: false }, gap: 4, ...more,
});
