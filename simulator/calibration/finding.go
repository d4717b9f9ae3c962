// Package calibration holds the knobs of the simulated AWS against a recording of a cluster. It says of each what the
// recording confirms, what it contradicts, and what it does not show. It changes nothing. docs/recording.md has the rules.
package calibration

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// Verdict is what a recording says of a knob.
type Verdict string

// Verdicts, in the order in which they are told.
const (
	// Contradicted: a knob that is right would look so once in ten thousand recordings.
	Contradicted Verdict = "contradicted"
	// Confirmed: the recording fits the knob, and would contradict half and twice its value.
	Confirmed Verdict = "confirmed"
	// NotSeen: the recording shows nothing of it, or too little, or too coarsely.
	NotSeen Verdict = "not_seen"
)

// Finding is what a recording says of one knob.
type Finding struct {
	// Knob is its name, as in a file of knobs.
	Knob    string  `json:"knob"`
	Verdict Verdict `json:"verdict"`
	// Value is what the knob is set to, as in a file of knobs.
	Value json.RawMessage `json:"value"`
	// Guess says that AWS does not publish the value.
	Guess bool `json:"guess"`
	// Seen is how many observations the verdict rests on.
	Seen int `json:"seen"`
	// Observed are they, where they are lengths of time.
	Observed *Observed `json:"observed,omitempty"`
	// Suggested is the value that the recording shows, of a contradicted knob; nil: the knob does not take it.
	Suggested json.RawMessage `json:"suggested,omitempty"`
	// Why says what was seen, and Do what to do about it.
	Why string `json:"why"`
	Do  string `json:"do,omitempty"`
}

// Observed are lengths of time, in seconds. Of one that is not known exactly, the likeliest is taken.
type Observed struct {
	Least  float64 `json:"least_s"`
	Median float64 `json:"median_s"`
	P95    float64 `json:"p95_s"`
	Most   float64 `json:"most_s"`

	low, high         float64 // without the outer fiftieths
	shortest, longest float64 // the least that one can have been, and the most
}

// bounds are a knob of two that fits: a fiftieth at either end is left to chance.
func (o Observed) bounds() aws.Uniform { return aws.Uniform{Min: length(o.low), Max: length(o.high)} }

// Judge holds a recording against every knob: first those that it contradicts, then those that it confirms, each in the
// order of [aws.ListKnobs].
func Judge(r recording.Recording, k aws.Knobs) []Finding {
	e := gather(r, k)
	var all []Finding
	for _, knob := range aws.ListKnobs() {
		all = append(all, e.find(knob))
	}
	order := []Verdict{Contradicted, Confirmed, NotSeen}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return slices.Index(order, a.Verdict) - slices.Index(order, b.Verdict)
	})
	return all
}

func (e *evidence) find(knob aws.Knob) Finding {
	said := nothing(unseen[knob.Name])
	switch judge, ok := judges[knob.Name]; {
	case ok && e.Made == recording.CloudWatch && !judge.afterwards:
		said = nothing(unwatched)
	case ok:
		said = judge.of(e)
	}
	f := Finding{
		Knob: knob.Name, Verdict: said.verdict, Value: json.RawMessage(knob.Value(e.knobs)), Guess: knob.Guess,
		Seen: said.seen, Observed: said.observed, Why: said.why,
	}
	switch f.Verdict {
	case Contradicted:
		turned := e.knobs
		said.turn(&turned)
		f.suggest(json.RawMessage(knob.Value(turned)))
	case Confirmed:
		f.Do = "Leave it."
	default:
		f.Do = said.do
	}
	return f
}

// suggest has a contradicted knob be set to a value.
func (f *Finding) suggest(value json.RawMessage) {
	if _, err := aws.ParseKnobs(fmt.Appendf(nil, "{%q: %s}", f.Knob, value)); err != nil {
		f.Do = "Look at it yourself, because " + err.Error() + "."
		return
	}
	f.Suggested, f.Do = value, "Set it to "+string(value)+"."
}

// Knobs are a file of knobs: those that differ from the defaults, with what the recording shows in place of what it
// contradicts.
func Knobs(k aws.Knobs, findings []Finding) map[string]json.RawMessage {
	file := aws.Turned(k)
	for _, f := range findings {
		if f.Suggested != nil {
			file[f.Knob] = f.Suggested
		}
	}
	return file
}

// said is what a judge of a knob says.
type said struct {
	verdict  Verdict
	seen     int
	observed *Observed
	// why says what was seen, and do what shows more.
	why, do string
	// turn sets the knob to what was seen.
	turn func(*aws.Knobs)
}

func nothing(why string) said { return said{verdict: NotSeen, why: why} }

// lengths judges a knob by the lengths of time of things.
func lengths(things string, seen []span, l law, turn func(*aws.Knobs, Observed)) said {
	if len(seen) == 0 {
		return nothing("There were no " + firstWords(things) + ".")
	}
	o := observed(seen)
	s := said{verdict: l.follow(seen), seen: len(seen), observed: &o, turn: func(k *aws.Knobs) { turn(k, o) }}
	s.why = fmt.Sprintf("%s: %d of %s.", capital(things), len(seen), o)
	switch {
	case s.verdict != NotSeen:
	case len(seen) < fewest:
		s.why, s.do = fmt.Sprintf("%s At least %d are needed.", s.why, fewest), longer
	case l.follow(sharp(seen)) == NotSeen:
		s.why, s.do = s.why+tooFew, longer
	case !slices.ContainsFunc(seen, func(s span) bool { return !math.IsInf(s.most, 1) }):
		s.why += " They only show that the value is no less."
	case !slices.ContainsFunc(seen, func(s span) bool { return s.least > 0 }):
		s.why += " They only show that the value is no more."
	default:
		s.why += " They are known too coarsely to tell the value from half or twice as much."
	}
	return s
}

// String tells it to people: what they can have been, not what is likeliest. Two looks that enclose 5 minutes enclose
// "4m40s to 5m", of which the middle would look as if it were not the knob's.
func (o Observed) String() string {
	least, most := seconds(o.shortest), seconds(o.longest)
	switch {
	case least == most:
		return most
	case seconds(o.Least) == seconds(o.Most):
		return least + " to " + most
	default:
		return fmt.Sprintf("%s to %s, half within %s, 95 %% within %s", least, most, seconds(o.Median), seconds(o.P95))
	}
}

// capital is a text as a sentence begins.
func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// firstWords are those before a comma: what things are, without what was measured of them.
func firstWords(things string) string {
	things, _, _ = strings.Cut(things, ",")
	return things
}

// Where things that were seen tell nothing.
const (
	tooFew = " That is too few to tell the value from half or twice as much."
	longer = "Record for longer."
)

// sharp are the lengths as if each were known.
func sharp(seen []span) []span {
	all := make([]span, len(seen))
	for i, s := range seen {
		all[i] = span{s.likely, s.likely, s.likely}
	}
	return all
}

func observed(seen []span) Observed {
	sorted := make([]float64, len(seen))
	shortest, longest := math.Inf(1), 0.0
	for i, s := range seen {
		sorted[i] = s.likely
		shortest, longest = min(shortest, s.least), max(longest, s.likely)
		if !math.IsInf(s.most, 1) {
			longest = max(longest, s.most)
		}
	}
	slices.Sort(sorted)
	return Observed{
		Least: sorted[0], Median: quantile(sorted, 0.5), P95: quantile(sorted, 0.95), Most: sorted[len(sorted)-1],
		low: quantile(sorted, 0.02), high: quantile(sorted, 0.98), shortest: shortest, longest: longest,
	}
}
