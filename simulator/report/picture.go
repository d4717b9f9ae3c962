package report

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"strings"
)

// The picture's size and edges, in pixels. It has its own ground, so that it can be read on any.
const (
	pictureWide, pictureHigh                           = 880, 430
	pictureLeft, pictureRight, pictureTop, pictureFoot = 70, 20, 20, 118
)

// pictured are the colours of the families, in the order in which tables have them: ours first.
var pictured = []string{"#0b5fae", "#3d8fd8", "#2aa5a0", "#7fb3e0", "#b04a00", "#d99a5b", "#8d3f7a", "#55606b", "#a3202b"}

// EvaluationPicture writes the frontier that an evaluation shows first as an SVG picture, for documents: late task-minutes
// against instance-hours, each family of settings a line.
func EvaluationPicture(out io.Writer, e Evaluation) error {
	t, found := e.lead()
	if !found {
		return nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="%s">`+"\n",
		pictureWide, pictureHigh, html.EscapeString(frontierAlt(t)))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", pictureWide, pictureHigh)
	s := scaleOf(t)
	s.axes(&b, t)
	for n, family := range slices.Backward(familiesOf(t)) { // ours come last, over the others
		colour := pictured[n%len(pictured)]
		s.line(&b, family, colour)
		x, y := pictureLeft+(n%3)*270, pictureHigh-62+(n/3)*20
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="5" fill="%s"/><text x="%d" y="%d" fill="#1a1f24">%s</text>`+"\n", x, y-4, colour, x+11, y, html.EscapeString(family[0].Family))
	}
	b.WriteString("</svg>\n")
	_, err := b.WriteTo(out)
	return err
}

// seen is how far to the right one sees, as a multiple of ours as they come. What costs more is in the tables.
const seen = 1.8

// scale places figures in the picture.
type scale struct{ low, high, top float64 }

func scaleOf(t TraceResult) scale {
	s := scale{low: math.Inf(1), top: 1}
	for _, p := range t.Runs {
		s.low, s.high = min(s.low, p.InstanceHours.Mean), max(s.high, p.InstanceHours.Mean)
		s.top = max(s.top, p.LateSeconds.Mean/60)
	}
	if t.LowerBoundHours > 0 {
		s.low = min(s.low, t.LowerBoundHours)
	}
	if ours, found := t.asItComes(); found {
		s.high = min(s.high, seen*ours.InstanceHours.Mean)
	}
	edge := max((s.high-s.low)*0.04, 1)
	s.low, s.high = s.low-edge, s.high+edge
	return s
}

func (s scale) x(hours float64) float64 {
	return pictureLeft + (hours-s.low)/(s.high-s.low)*(pictureWide-pictureLeft-pictureRight)
}

// y has no logarithm, which has no 0.
func (s scale) y(minutes float64) float64 {
	const high = pictureHigh - pictureTop - pictureFoot
	return pictureTop + high - math.Asinh(minutes)/math.Asinh(s.top*1.4)*high
}

func (s scale) axes(b *bytes.Buffer, t TraceResult) {
	const right, foot = pictureWide - pictureRight, pictureHigh - pictureFoot
	tick := func(minutes float64) {
		y := s.y(minutes)
		fmt.Fprintf(b, `<path d="M%d,%.1fH%d" stroke="#e3e7eb"/><text x="%d" y="%.1f" text-anchor="end" fill="#55606b">%s</text>`+"\n", pictureLeft, y, right, pictureLeft-8, y+4, figure(minutes))
	}
	tick(0)
	for v := 1.0; v < s.top*1.4; v *= 10 {
		tick(v)
	}
	step := math.Pow10(int(math.Floor(math.Log10(s.high - s.low))))
	for (s.high-s.low)/step < 5 {
		step /= 2
	}
	for v := math.Ceil(s.low/step) * step; v <= s.high; v += step {
		fmt.Fprintf(b, `<path d="M%.1f,%dv5" stroke="#55606b"/><text x="%.1f" y="%d" text-anchor="middle" fill="#55606b">%s</text>`+"\n", s.x(v), foot, s.x(v), foot+18, figure(round(v, 1)))
	}
	if t.LowerBoundHours > 0 {
		x := s.x(t.LowerBoundHours)
		fmt.Fprintf(b, `<path d="M%.1f,%dV%d" stroke="#55606b" stroke-dasharray="4 4"/><text x="%.1f" y="%d" fill="#55606b">lower bound</text>`+"\n", x, pictureTop, foot, x+5, pictureTop+11)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end" fill="#1a1f24">instance-hours</text>`+"\n", right, foot+34)
	fmt.Fprintf(b, `<text x="14" y="%d" transform="rotate(-90 14 %d)" text-anchor="end" fill="#1a1f24">late task-minutes</text>`+"\n", pictureTop, pictureTop)
}

// within are the points that are in sight.
func (s scale) within(family []Point) []Point {
	return slices.DeleteFunc(slices.Clone(family), func(p Point) bool { return p.InstanceHours.Mean > s.high })
}

func (s scale) line(b *bytes.Buffer, family []Point, colour string) {
	var path strings.Builder
	family = s.within(family)
	for i, p := range family {
		join := "L"
		if i == 0 || p.Apart {
			join = "M"
		}
		fmt.Fprintf(&path, "%s%.1f,%.1f", join, s.x(p.InstanceHours.Mean), s.y(p.LateSeconds.Mean/60))
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="1.5"/>`+"\n", path.String(), colour)
	for _, p := range family {
		fill, r := "#fff", 3.5
		if p.Default {
			fill = colour
		}
		if p.Default && p.Ours {
			r = 7
		}
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="%.1f" fill="%s" stroke="%s" stroke-width="1.5"><title>%s: %s late task-minutes, %s instance-hours</title></circle>`+"\n",
			s.x(p.InstanceHours.Mean), s.y(p.LateSeconds.Mean/60), r, fill, colour, html.EscapeString(p.Policy), minutesOf(p.LateSeconds.Mean), tenth(p.InstanceHours.Mean))
	}
}
