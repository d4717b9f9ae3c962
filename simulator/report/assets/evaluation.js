
// Marks told apart by shape as well as by colour, around 0, 0.
const SHAPES = ["M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0Z", "M-4.5,-4.5H4.5V4.5H-4.5Z", "M0,-5.5L5.5,4.5H-5.5Z", "M0,-6L6,0L0,6L-6,0Z", "M0,5.5L5.5,-4.5H-5.5Z", "M-5,-1.5H-1.5V-5H1.5V-1.5H5V1.5H1.5V5H-1.5V1.5H-5Z", "M-6,0L0,-3L6,0L0,3Z", "M-3,-6H3V6H-3Z", "M-5,-3H5V3H-5Z"];
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3], [4, 4], [1, 2], [10, 4], [5, 2, 1, 2], [3, 1]];

document.querySelectorAll(".shape").forEach((svg) => {
  svg.firstElementChild.setAttribute("d", SHAPES[+/f(\d)/.exec(svg.getAttribute("class"))[1]]);
});

const minutesOf = (s) => s / 60;
const range = (s, f = (v) => v) => num(f(s.mean), 1) + (s.min === s.max ? "" : ` (${num(f(s.min), 1)}–${num(f(s.max), 1)})`);

// The least and the most over the sets, of a day.
function day(p) {
  if (!p.sets || p.sets.length < 2) return "";
  const over = (of) => { const v = p.sets.map(of); return `${num(Math.min(...v), 1)}–${num(Math.max(...v), 1)}`; };
  return `a day, over the sets: ${over((s) => minutesOf(s.unplaced_late_task_seconds))} late, ${over((s) => s.instance_hours)} hours\n`;
}

function families(trace) {
  const of = new Map();
  for (const p of trace.runs) {
    if (!of.has(p.family)) of.set(p.family, []);
    of.get(p.family).push(p);
  }
  return [...of.values()];
}

function frontier(el) {
  const trace = el.dataset.frontier === "together" ? data.together : data.traces[+el.dataset.frontier];
  const list = families(trace), points = list.flat();
  const low = Math.min(trace.lower_bound_hours || Infinity, ...points.map((p) => p.instance_hours.min));
  const ours = points.find((p) => p.ours && p.default);
  // What costs far more than ours is in the table alone.
  const high = Math.min(Math.max(...points.map((p) => p.instance_hours.max)), ours ? 1.8 * ours.instance_hours.mean : Infinity);
  const edge = (high - low || high || 1) * 0.05;
  const top = Math.max(1, ...points.map((p) => minutesOf(p.unplaced_late_task_seconds.max)));
  const decades = [0];
  for (let v = 1; v < top * 3; v *= 10) decades.push(v);
  let chosen = null;

  const at = (u, p) => [u.valToPos(p.instance_hours.mean, "x", true), u.valToPos(minutesOf(p.unplaced_late_task_seconds.mean), "y", true)];
  const draw = (u) => {
    const { ctx, bbox } = u, dpr = devicePixelRatio;
    ctx.save();
    ctx.font = FONT.replace("11px", 11 * dpr + "px");
    ctx.textBaseline = "alphabetic";
    if (trace.lower_bound_hours) {
      const x = u.valToPos(trace.lower_bound_hours, "x", true);
      ctx.strokeStyle = ctx.fillStyle = colour("ink2");
      ctx.lineWidth = dpr;
      ctx.setLineDash([4 * dpr, 4 * dpr]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.textAlign = "left";
      ctx.fillText("lower bound", x + 4 * dpr, bbox.top + 10 * dpr);
    }
    ctx.beginPath();
    ctx.rect(bbox.left - 8 * dpr, bbox.top - 8 * dpr, bbox.width + 16 * dpr, bbox.height + 16 * dpr);
    ctx.clip();
    [...list.entries()].reverse().forEach(([n, family]) => {
      n %= SHAPES.length;
      ctx.strokeStyle = ctx.fillStyle = colour("f" + (n + 1));
      ctx.lineWidth = 1.5 * dpr;
      ctx.setLineDash(DASHES[n].map((d) => d * dpr));
      ctx.beginPath();
      for (const p of family) p.apart ? ctx.moveTo(...at(u, p)) : ctx.lineTo(...at(u, p));
      ctx.stroke();
      ctx.setLineDash([]);
      ctx.lineWidth = dpr;
      for (const p of family) {
        const [x, y] = at(u, p), h = p.instance_hours, s = p.unplaced_late_task_seconds;
        ctx.beginPath();
        ctx.moveTo(u.valToPos(h.min, "x", true), y);
        ctx.lineTo(u.valToPos(h.max, "x", true), y);
        ctx.moveTo(x, u.valToPos(minutesOf(s.min), "y", true));
        ctx.lineTo(x, u.valToPos(minutesOf(s.max), "y", true));
        ctx.stroke();
        ctx.save();
        ctx.translate(x, y);
        const large = p.ours && p.default ? 1.5 : 1;
        ctx.scale(large * dpr, large * dpr);
        const shape = new Path2D(SHAPES[n]);
        ctx.fillStyle = p.default || p === chosen ? colour("f" + (n + 1)) : colour("ground");
        ctx.fill(shape);
        ctx.lineWidth = p === chosen ? 3 : 1.75;
        ctx.stroke(shape);
        ctx.restore();
      }
    });
    ctx.restore();
  };

  const u = new uPlot({
    width: el.clientWidth || PRINTED, height: Math.max(260, Math.min(380, (el.clientWidth || PRINTED) * 0.6)), padding: [10, 16, 0, 0],
    legend: { show: false }, cursor: { show: false },
    scales: { x: { time: false, range: [Math.max(0, low - edge), high + edge] }, y: { distr: 4, asinh: 1, range: [-0.3, top * 1.5] } },
    axes: [
      axis({ size: 20, space: 60, label: "instance-hours", labelSize: 16, labelFont: FONT, labelGap: 0, values: (_, splits) => splits.map((v) => num(v, 1)) }),
      axis({ size: 50, splits: () => decades.filter((v) => v <= top * 1.5), values: (_, splits) => splits.map((v) => num(v)) }),
    ],
    series: [{}, {}],
    hooks: { draw: [draw] },
  }, [[low, high], [null, null]], el);
  plots.push({ el, u });

  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("role", "status");
  el.parentElement.append(tip);
  el.parentElement.style.position = "relative";
  const choose = (p) => {
    if (p === chosen) return;
    chosen = p;
    u.redraw(false);
    tip.hidden = !p;
    if (!p) return;
    tip.textContent = `${p.policy}${p.knob ? " · " + p.knob : ""}${p.default ? " (default)" : ""}\n${range(p.instance_hours)} instance-hours\n${range(p.unplaced_late_task_seconds, minutesOf)} late task-minutes\n${day(p)}wait p99 ${span(p.placement_wait_p99_seconds.mean)}, ${num(p.reversals.mean, 1)} reversals`;
    const [x, y] = at(u, p).map((v) => v / devicePixelRatio);
    const left = x + 14 + tip.offsetWidth > el.clientWidth ? x - 14 - tip.offsetWidth : x + 14;
    tip.style.left = Math.max(0, left) + "px";
    tip.style.top = el.offsetTop + Math.max(0, y - tip.offsetHeight - 8) + "px";
  };
  const nearest = (e) => {
    const box = el.getBoundingClientRect();
    let best = null, least = 40;
    for (const p of points) {
      const [x, y] = at(u, p).map((v) => v / devicePixelRatio);
      const away = Math.hypot(x - (e.clientX - box.left), y - (e.clientY - box.top));
      if (away < least) [best, least] = [p, away];
    }
    choose(best);
  };
  el.addEventListener("pointermove", nearest);
  el.addEventListener("pointerdown", nearest);
  el.addEventListener("pointerleave", (e) => e.pointerType === "mouse" && choose(null));
  el.addEventListener("blur", () => choose(null));
  el.addEventListener("keydown", (e) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
    if (e.key === "Escape") choose(null);
    if (!by) return;
    e.preventDefault();
    const i = points.indexOf(chosen);
    choose(points[i < 0 ? (by > 0 ? 0 : points.length - 1) : (i + by + points.length) % points.length]);
  });
}

document.querySelectorAll("[data-frontier]").forEach((el) => frontier(el));
listen({});
