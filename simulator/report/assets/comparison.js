
// expand reads a column: a plain array, or runs of equal values.
function expand(c) {
  if (Array.isArray(c)) return c;
  return c.v.flatMap((v, i) => Array(c.n[i]).fill(v));
}

// scene draws one scene: root is its place in the page, data what it is drawn from. It returns what printing needs.
function scene(root, data) {
  const mine = [];
  const times = [data.from];
  for (const step of expand(data.steps)) times.push(times[times.length - 1] + step);
  const last = times.length - 1;
  const names = "Sun Mon Tue Wed Thu Fri Sat".split(" ");
  const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

  function day(t) {
    const d = new Date(t * 1e3);
    return `${names[d.getUTCDay()]} ${d.getUTCDate()} ${months[d.getUTCMonth()]}`;
  }
  function minute(t) {
    return new Date(t * 1e3).toISOString().slice(11, 16);
  }

  const runs = data.runs.map((r) => {
    const s = Object.fromEntries(Object.entries(r.series).map(([k, c]) => [k, expand(c)]));
    const sum = (...of) => times.map((_, i) => of.reduce((n, k) => n + s[k][i], 0));
    s.booted = sum("active", "launching");
    s.billed = sum("active", "launching", "draining");
    for (const k of ["capacity", "reserved", "demand"]) {
      s[k + "_vcpu"] = s[k + "_cpu"].map((v) => v / 1024);
      s[k + "_gib"] = s[k + "_memory"].map((v) => v / 1024);
    }
    for (const k of ["capacity_gpu", "reserved_gpu", "demand_gpu"]) s[k] ??= times.map(() => 0);
    const percent = (k) => s["capacity_" + k].map((c, i) => (c > 0 ? (100 * s["reserved_" + k][i]) / c : null));
    s.cpu_percent = percent("cpu");
    s.memory_percent = percent("memory");
    const run = { policy: r.title, s, limits: r.limits, drains: lanes(r.drains), v: null };
    if (r.verdicts) {
      const v = r.verdicts;
      run.v = {
        signal: expand(v.signal), gap: expand(v.gap), set: expand(v.reasons), sets: v.sets,
        of: expand(v.why.of), fill: expand(v.why.fill), patterns: v.why.patterns, fills: v.why.fills,
      };
      // What it was judged by, which leaves disconnected hosts out.
      s.cpu_percent = expand(v.cpu);
      s.memory_percent = expand(v.memory);
      run.v.lanes = reasonLanes(run.v);
    }
    run.events = eventsOf(run);
    return run;
  });

  function why(v, i) {
    if (v.of[i] == null) return "";
    const fills = v.fills[v.fill[i]].split(" ");
    return v.patterns[v.of[i]].split("\x01").reduce((text, part, j) => text + fills[j - 1] + part);
  }

  // lanes gives each drain the first lane that is free, so that those at the same time lie one under the other.
  function lanes(drains) {
    const free = [];
    for (const d of drains) {
      let lane = free.findIndex((t) => t <= d.from);
      if (lane < 0) lane = free.length;
      free[lane] = d.to + 60;
      d.lane = lane;
    }
    drains.lanes = free.length;
    return drains;
  }

  // reasonLanes are the times in which each reason applied, the commonest first.
  function reasonLanes(v) {
    const of = new Map();
    v.set.forEach((set, i) => {
      if (set == null) return;
      for (const reason of v.sets[set]) {
        if (!of.has(reason)) of.set(reason, { reason, minutes: 0, signals: 0, spans: [] });
        const lane = of.get(reason);
        const open = lane.spans[lane.spans.length - 1];
        lane.minutes++;
        lane.signals += v.signal[i];
        if (open && open[1] === i - 1) open[1] = i;
        else lane.spans.push([i, i]);
      }
    });
    return [...of.values()].sort((a, b) => b.minutes - a.minutes);
  }

  // eventsOf are the minutes that one steps through: another signal, the first of unplaced tasks, a drain's beginning.
  function eventsOf(run) {
    const out = [];
    const begun = new Set(run.drains.map((d) => index(d.from)));
    for (let i = 1; i <= last; i++) {
      if ((run.v && run.v.signal[i] != null && run.v.signal[i] !== run.v.signal[i - 1]) || (run.s.unplaced[i] > 0 && run.s.unplaced[i - 1] === 0) || begun.has(i)) out.push(i);
    }
    return out;
  }

  // index is the last sample that is not after a time.
  function index(t) {
    let low = 0, high = last;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (times[middle] <= t) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // Scales are the same for all policies, and by what is measured: what is higher while they settle is cut off.
  const most = (...of) => 1.04 * runs.reduce((m, r) => of.reduce((n, k) => r.s[k].reduce((a, b, i) => (b > a && times[i] > data.settled ? b : a), n), m), 0);
  const tops = {
    unplaced: nice(most("unplaced")), hosts: nice(most("billed", "desired", "fewest")),
    cpu: nice(most("capacity_vcpu", "demand_vcpu")), memory: nice(most("capacity_gib", "demand_gib")),
    gpu: nice(most("capacity_gpu", "demand_gpu")),
    percent: Math.max(100, nice(most("cpu_percent", "memory_percent"))),
  };

  const state = { at: 0, shown: 0, from: times[0], to: times[last] };

  const stepped = uPlot.paths.stepped({ align: 1 });
  const bars = uPlot.paths.bars({ size: [1, 60], align: 1, gap: 0 });
  const area = (name, alpha = 0.32) => ({ stroke: () => colour(name), fill: () => clear(name, alpha), width: 1, paths: stepped, points: { show: false } });
  const line = (name, width = 1.25, dash) => ({ stroke: () => colour(name), width, dash, paths: stepped, points: { show: false } });
  const DASH = [5, 4];

  // What each kind of plot draws; a series of the same name feeds its legend.
  const kinds = {
    "strip-unplaced": (r, upper) => ({ upper, height: upper ? 48 : 66, top: tops.unplaced, whole: true, series: [["unplaced", area("bad", 0.45)]] }),
    "strip-billed": (r, upper) => ({ upper, height: upper ? 66 : 84, top: tops.hosts, whole: true, series: [["billed", area("c1")], ["fewest", line("ink")]] }),
    hosts: (r) => ({
      height: 170, top: tops.hosts, whole: true,
      series: [["billed", solid("c3")], ["booted", solid("c2")], ["active", solid("c1")], ["desired", line("ink2", 1.5, DASH)], ["fewest", line("ink")]],
    }),
    cpu: (r) => ({ height: 130, top: tops.cpu, series: [["capacity_vcpu", area("soft", 0.2)], ["reserved_vcpu", area("c1")], ["demand_vcpu", line("ink")]] }),
    memory: (r) => ({ height: 130, top: tops.memory, series: [["capacity_gib", area("soft", 0.2)], ["reserved_gib", area("c1")], ["demand_gib", line("ink")]] }),
    gpu: (r) => ({ height: 90, top: tops.gpu, whole: true, series: [["capacity_gpu", area("soft", 0.2)], ["reserved_gpu", area("c1")], ["demand_gpu", line("ink")]] }),
    reservation: (r) => ({ height: 150, top: tops.percent, series: [["cpu_percent", line("c1", 1.75)], ["memory_percent", line("c2", 1)]], over: (u) => rules(u, r.limits) }),
    unplaced: (r) => ({ height: 90, top: tops.unplaced, whole: true, series: [["unplaced", area("bad", 0.45)]] }),
    signal: (r) => {
      const reach = Math.max(1, runs.reduce((m, o) => (o.v ? o.v.gap.reduce((a, b) => Math.max(a, Math.abs(b ?? 0)), m) : m), 1));
      return {
        height: 110, top: nice(reach), bottom: -nice(reach), whole: true,
        columns: [r.v.gap.map((g) => (g > 0 ? g : null)), r.v.gap.map((g) => (g < 0 ? g : null))],
        series: [[null, block("bad")], [null, block("c1")]],
      };
    },
    reasons: (r) => ({ height: r.v.lanes.length * 24 + 26, top: 1, bare: true, columns: [times.map(() => null)], series: [[null, {}]], over: (u) => drawReasons(u, r.v.lanes) }),
    drains: (r) => ({ height: Math.max(2, r.drains.lanes) * 11 + 30, top: 1, bare: true, columns: [times.map(() => null)], series: [[null, {}]], over: (u) => drawDrains(u, r.drains) }),
  };

  // solid is an area that hides what is stacked under it.
  function solid(name) {
    return { stroke: () => colour(name), fill: () => mixed(name), width: 1, paths: stepped, points: { show: false } };
  }
  function mixed(name) {
    const part = (c, i) => parseInt(c.slice(1 + 2 * i, 3 + 2 * i), 16);
    const a = colour(name), b = colour("ground");
    return `rgb(${[0, 1, 2].map((i) => Math.round(part(a, i) * 0.42 + part(b, i) * 0.58)).join(" ")})`;
  }
  function block(name) {
    return { stroke: () => colour(name), fill: () => colour(name), width: 0, paths: bars, points: { show: false } };
  }

  // rules are the thresholds, drawn and named.
  function rules(u, limits) {
    const { ctx, bbox } = u, dpr = devicePixelRatio;
    const named = new Map();
    const add = (v, what) => v != null && named.set(v, [...(named.get(v) ?? []), what]);
    const same = limits.cpu[0] === limits.memory[0] && limits.cpu[1] === limits.memory[1];
    add(limits.cpu[0], same ? "out at" : "CPU out at");
    add(limits.cpu[1], same ? "in below" : "CPU in below");
    if (!same) {
      add(limits.memory[0], "memory out at");
      add(limits.memory[1], "memory in below");
    }
    ctx.save();
    ctx.font = FONT.replace("11px", 11 * dpr + "px");
    ctx.textAlign = "right";
    ctx.textBaseline = "alphabetic";
    ctx.fillStyle = colour("ink");
    ctx.strokeStyle = colour("ink2");
    ctx.lineWidth = dpr;
    for (const [v, what] of named) {
      const y = Math.round(u.valToPos(v, "y", true)) + 0.5;
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      const text = `${what.join(", ")} ${v} %`, x = bbox.left + bbox.width - 4 * dpr;
      ctx.save();
      ctx.lineWidth = 4 * dpr;
      ctx.lineJoin = "round";
      ctx.strokeStyle = colour("ground");
      ctx.strokeText(text, x, y - 4 * dpr);
      ctx.restore();
      ctx.fillText(text, x, y - 4 * dpr);
    }
    ctx.restore();
  }

  function bounds(u, from, to) {
    const { left, width } = u.bbox;
    const a = Math.max(left, u.valToPos(from, "x", true)), b = Math.min(left + width, u.valToPos(to, "x", true));
    return b >= left && a <= left + width ? [a, Math.max(b - a, 1.5 * devicePixelRatio)] : null;
  }

  function drawReasons(u, list) {
    const { ctx, bbox } = u, dpr = devicePixelRatio;
    ctx.save();
    ctx.font = FONT.replace("11px", 11 * dpr + "px");
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    list.forEach((lane, n) => {
      const y = bbox.top + n * 24 * dpr;
      ctx.fillStyle = clear("rule", 0.6);
      ctx.fillRect(bbox.left, y + 15 * dpr, bbox.width, 6 * dpr);
      const leaning = lane.signals / lane.minutes;
      ctx.fillStyle = colour(leaning > 0.5 ? "bad" : leaning < -0.5 ? "c1" : "soft");
      for (const [a, b] of lane.spans) {
        const at = bounds(u, times[a], times[Math.min(b + 1, last)]);
        if (at) ctx.fillRect(at[0], y + 15 * dpr, at[1], 6 * dpr);
      }
      ctx.fillStyle = colour("ink");
      ctx.fillText(lane.reason, bbox.left, y + 11 * dpr);
    });
    ctx.restore();
  }

  const LONG = 1800;

  function drawDrains(u, drains) {
    const { ctx, bbox } = u, dpr = devicePixelRatio;
    const pitch = 11 * dpr;
    ctx.save();
    ctx.font = FONT.replace("11px", 10 * dpr + "px");
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    for (const d of drains) {
      const at = bounds(u, d.from, d.to);
      if (!at) continue;
      const [x, width] = at, y = bbox.top + d.lane * pitch, took = d.to - d.from;
      ctx.fillStyle = took >= LONG ? colour("bad") : colour("c3");
      ctx.fillRect(x, y, width, 8 * dpr);
      if (took < LONG) continue;
      // Long ones are told by a frame of ink and their time too, not by colour alone.
      ctx.strokeStyle = colour("ink");
      ctx.lineWidth = dpr;
      ctx.strokeRect(x + dpr / 2, y + dpr / 2, Math.max(width - dpr, dpr), 7 * dpr);
      const text = span(took) + (d.open ? ", not over" : "");
      const room = ctx.measureText(text).width + 4 * dpr;
      const after = drains.some((o) => o !== d && o.lane === d.lane && o.from >= d.to && u.valToPos(o.from, "x", true) < x + width + room + 4 * dpr);
      if (!after && x + width + room < bbox.left + bbox.width) {
        ctx.fillStyle = colour("ink");
        ctx.fillText(text, x + width + 4 * dpr, y + 7.5 * dpr);
      }
    }
    ctx.restore();
  }

  // settling shades what is not measured, and midnight.
  function settling(u) {
    if (data.settled <= times[0]) return;
    const at = bounds(u, times[0] - 60, data.settled);
    if (!at) return;
    u.ctx.fillStyle = colour("settle");
    u.ctx.fillRect(at[0], u.bbox.top, at[1], u.bbox.height);
  }

  const xAxis = (show) => axis({
    size: show ? 20 : 6, space: 56,
    incrs: [60, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400, 172800, 345600, 604800],
    values: (u, splits) => splits.map((t) => {
      const text = t % 86400 === 0 ? day(t).slice(0, u.width < 500 ? 3 : 12) : minute(t);
      const left = ((t - u.scales.x.min) / (u.scales.x.max - u.scales.x.min)) * (u.width - LEFT - PAD);
      // Nothing is cut off at the right.
      return show && left + text.length * 3 < u.width - LEFT ? text : "";
    }),
  });

  const LEFT = 44, PAD = 14;
  let together = false;

  // zoom shows the same times in every plot.
  function zoom(from, to) {
    if (together) return;
    together = true;
    state.from = Math.max(times[0], from);
    state.to = Math.min(times[last], to);
    for (const p of mine) p.u.setScale("x", { min: state.from, max: state.to });
    together = false;
    queueMicrotask(mark);
  }

  function make(el) {
    const run = runs[+el.dataset.run];
    const k = kinds[el.dataset.plot](run, run !== runs[runs.length - 1]);
    const columns = k.columns ?? k.series.map(([name]) => run.s[name]);
    const u = new uPlot({
      width: el.clientWidth || PRINTED, height: k.height, padding: [8, PAD, 0, k.bare ? LEFT : 0],
      tzDate: (t) => uPlot.tzDate(new Date(t * 1e3), "Etc/UTC"),
      legend: { show: false },
      cursor: { x: false, y: false, points: { show: false }, drag: { x: true, y: false, dist: 6 } },
      scales: { x: { time: true, min: state.from, max: state.to }, y: { range: [k.bottom ?? 0, k.top] } },
      axes: [xAxis(!k.upper), axis({
        show: !k.bare, size: LEFT, space: 24, values: (_, splits) => splits.map((v) => (v == null ? "" : num(v, 1))),
        ...(k.whole ? { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] } : {}),
      })],
      series: [{}, ...k.series.map(([, s]) => s)],
      hooks: {
        drawClear: [settling],
        draw: k.over ? [k.over] : [],
        setScale: [(u, name) => name === "x" && u.status && zoom(u.scales.x.min, u.scales.x.max)],
      },
    }, [times, ...columns], el);
    const now = document.createElement("div");
    now.className = "now";
    u.over.append(now);
    const point = (e) => {
      if (e.pointerType === "mouse" || e.type === "pointerdown" || e.buttons) {
        move(u.posToIdx(e.clientX - u.over.getBoundingClientRect().left));
      }
    };
    u.over.addEventListener("pointermove", point);
    u.over.addEventListener("pointerdown", point);
    const plot = { el, u, now, run, detail: el.closest("[data-detail]"), kind: el.dataset.plot, keys: [...el.closest("figure").querySelectorAll("[data-key]")].map((li) => [li.dataset.key, li.lastElementChild]) };
    plots.push(plot);
    mine.push(plot);
  }

  // value is what a legend shows of a minute.
  function value(run, kind, key, i) {
    switch (key) {
      case "capacity": case "demand": case "reserved":
        return num(run.s[`${key}_${{ cpu: "vcpu", memory: "gib", gpu: "gpu" }[kind]}`][i], 1);
      case "cpu_percent": case "memory_percent":
        return run.s[key][i] == null ? "–" : num(run.s[key][i], 1);
      case "signal":
        return run.v.signal[i] == null ? "no pass" : signed(run.v.signal[i]);
      case "gap":
        return run.v.gap[i] == null ? "–" : signed(run.v.gap[i]);
      default:
        return num(run.s[key][i]);
    }
  }

  function move(i) {
    state.at = Math.max(0, Math.min(last, i));
    mark();
  }

  // mark shows the chosen minute: a line in every plot, values in the legends, the sentence in the bar.
  function mark() {
    const i = state.at;
    for (const p of mine) {
      if (p.detail?.hidden) continue;
      // Nothing here asks for the layout, which would be made anew for every plot.
      const left = p.u.valToPos(times[i], "x");
      p.now.style.transform = `translateX(${Math.round(left)}px)`;
      p.now.classList.toggle("away", left < 0 || left > p.u.bbox.width / devicePixelRatio);
      for (const [key, b] of p.keys) b.textContent = value(p.run, p.kind, key, i);
    }
    const run = runs[state.shown];
    const readout = root.querySelector(".readout");
    readout.replaceChildren(...words(run, i));
    const at = root.querySelector(".at");
    at.value = i;
    at.setAttribute("aria-valuetext", readout.textContent);
  }

  function words(run, i) {
    const out = [];
    const add = (tag, text, className) => {
      const e = document.createElement(tag);
      e.textContent = text;
      if (className) e.className = className;
      out.push(e, " ");
    };
    add("time", `${day(times[i])} ${minute(times[i])}`);
    if (run.v && run.v.signal[i] != null) {
      const s = run.v.signal[i];
      add("span", signed(run.v.gap[i] || s), "pill " + (s > 0 ? "out" : s < 0 ? "in" : "stay"));
      const also = run.v.sets[run.v.set[i]].slice(1);
      out.push(`${why(run.v, i)}${also.length ? ` (also ${also.join(", ")})` : ""} · `);
    } else if (run.v) {
      out.push("no pass ran · ");
    } else {
      out.push(`${run.policy}: ${num(run.s.active[i])} active of ${num(run.s.desired[i])} desired hosts · `);
    }
    add(run.s.unplaced[i] ? "strong" : "span", `${num(run.s.unplaced[i])} unplaced`);
    const leaving = run.drains.filter((d) => d.from <= times[i] && times[i] < d.to);
    if (leaving.length) {
      const d = leaving[0];
      out.push(leaving.length === 1 ? `· ${d.instance} drains since ${minute(d.from)} (${d.cause})` : `· ${leaving.length} drain, the oldest, ${d.instance}, since ${minute(d.from)}`);
    }
    if (times[i] <= data.settled) out.push(" · settling, not measured");
    return out;
  }

  // show makes one run's details visible, or all of them.
  function show(run) {
    for (const article of root.querySelectorAll("[data-detail]")) {
      article.hidden = run != null && +article.dataset.detail !== run;
    }
    const made = new Set(mine.map((p) => p.el));
    for (const el of root.querySelectorAll("[data-plot]")) {
      if (!made.has(el) && !el.closest("[hidden]") && !el.closest("details:not([open])")) make(el);
    }
  }

  // worst is the minute to begin with: the most unplaced tasks under any policy, or else the largest gap.
  function worst() {
    let at = -1, most = 0;
    const look = (values) => values.forEach((n, i) => times[i] > data.settled && n > most && ([most, at] = [n, i]));
    for (const run of runs) look(run.s.unplaced);
    if (at < 0) for (const run of runs) if (run.v) look(run.v.gap);
    return at < 0 ? last >> 1 : at;
  }

  function step(by) {
    const events = runs[state.shown].events;
    const next = by > 0 ? events.find((i) => i > state.at) : events.findLast((i) => i < state.at);
    if (next == null) return;
    move(next);
    if (times[next] < state.from || times[next] > state.to) {
      const half = (state.to - state.from) / 2;
      zoom(times[next] - half, times[next] + half);
    }
  }

  function controls() {
    const at = root.querySelector(".at");
    at.max = last;
    at.addEventListener("input", () => move(+at.value));
    root.querySelector(".before").addEventListener("click", () => step(-1));
    root.querySelector(".after").addEventListener("click", () => step(1));
    for (const radio of root.querySelectorAll(".policies input")) {
      radio.addEventListener("change", () => {
        state.shown = +radio.value;
        show(state.shown);
        mark();
      });
    }
    root.querySelector(".policies").hidden = runs.length === 1;
    const length = times[last] - times[0];
    const zooms = [["all", length], ["day", 86400], ["6 h", 21600], ["1 h", 3600]].filter(([, s], i) => i === 0 || s < length * 0.8);
    zooms.forEach(([text, seconds], i) => {
      const label = document.createElement("label"), input = document.createElement("input"), face = document.createElement("span");
      Object.assign(input, { type: "radio", name: "zoom" + root.dataset.scene, checked: i === 0 });
      input.addEventListener("change", () => {
        const middle = Math.min(Math.max(times[state.at], times[0] + seconds / 2), times[last] - seconds / 2);
        zoom(middle - seconds / 2, middle + seconds / 2);
      });
      face.textContent = text;
      label.append(input, face);
      root.querySelector(".zoom").append(label);
    });
    root.querySelector(".bar").hidden = false;
  }


  controls();
  state.at = worst();
  show(state.shown);
  mark();
  // What is folded has no width, and is drawn when it is unfolded.
  for (const d of root.querySelectorAll("details.plots")) {
    d.addEventListener("toggle", () => {
      show("print" in document.documentElement.dataset ? null : state.shown);
      mark();
    });
  }
  return { beforePrint: () => show(null), afterPrint: () => show(state.shown), afterFit: mark };
}

const scenes = [...document.querySelectorAll("[data-scene]")].map((root) => scene(root, data.scenes[+root.dataset.scene]));
const every = (name) => () => scenes.forEach((s) => s[name]());
listen({ beforePrint: every("beforePrint"), afterPrint: every("afterPrint"), afterFit: every("afterFit") });
