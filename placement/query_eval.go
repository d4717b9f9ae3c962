package placement

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
)

// query is a parsed expression of the cluster query language
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html).
type query interface {
	ask(h *Host) ternary
}

type (
	joined struct {
		left, right query
		by          func(a, b ternary) ternary
	}
	negated struct{ of query }
	// unanswerable is not understood: unknown on every host.
	unanswerable struct{}
)

func (q joined) ask(h *Host) ternary     { return q.by(q.left.ask(h), q.right.ask(h)) }
func (q negated) ask(h *Host) ternary    { return q.of.ask(h).not() }
func (unanswerable) ask(*Host) ternary   { return unknown }
func (c comparison) ask(h *Host) ternary { return c.subject.ask(h, c) }

// comparison is one subject held against its arguments.
type comparison struct {
	subject  subject
	operator operator
	args     []string
}

type operator string

const (
	equals    operator = "=="
	differs   operator = "!="
	in        operator = "in"
	notIn     operator = "!in"
	matches   operator = "=~"
	notMatch  operator = "!~"
	exists    operator = "exists"
	notExists operator = "!exists"
	less      operator = "<"
	lessEq    operator = "<="
	more      operator = ">"
	moreEq    operator = ">="
)

// subject is what a comparison is about, as the query language names it.
type subject string

const taskGroup subject = "task:group"

// local tells whether the answer depends on more of a host than its attributes.
func (s subject) local() bool {
	_, attribute := s.attribute()
	return !attribute && s != "agentConnected"
}

func (s subject) attribute() (string, bool) {
	return strings.CutPrefix(string(s), "attribute:")
}

func (s subject) ask(h *Host, c comparison) ternary {
	if name, ok := s.attribute(); ok {
		return h.attribute(name, c.value)
	}
	switch s {
	case "agentConnected": // of every host that tasks can be placed on
		return c.value("true", true)
	case "ec2InstanceId":
		if h.ID == "" {
			return unknown
		}
		return c.value(h.ID, true)
	case taskGroup:
		return c.group(h)
	default: // agentVersion, registeredAt, runningTasksCount: not modelled
		return unknown
	}
}

// attribute asks about one attribute, whose value may be open between several.
func (h *Host) attribute(name string, about func(value string, present bool) ternary) ternary {
	if values, open := h.Open[name]; open {
		if len(values) == 0 {
			return unknown
		}
		first := about(values[0], true)
		for _, value := range values[1:] {
			if about(value, true) != first {
				return unknown
			}
		}
		return first
	}
	if h.Attributes == nil {
		return unknown
	}
	value, present := h.Attributes[name]
	return about(value, present)
}

// value compares one value. A host without the attribute equals nothing; AWS does not document whether it differs.
func (c comparison) value(value string, present bool) ternary {
	switch c.operator {
	case exists:
		return is(present)
	case notExists:
		return is(!present)
	case equals, in, matches:
		if !present {
			return no
		}
	default:
		if !present {
			return unknown
		}
	}
	switch c.operator {
	case equals:
		return is(value == c.args[0])
	case differs:
		return is(value != c.args[0])
	case in:
		return is(slices.Contains(c.args, value))
	case notIn:
		return is(!slices.Contains(c.args, value))
	default:
		return c.number(value)
	}
}

func (c comparison) number(value string) ternary {
	left, err := strconv.ParseFloat(value, 64)
	right, failed := strconv.ParseFloat(c.args[0], 64)
	if err != nil || failed != nil {
		return unknown
	}
	switch c.operator {
	case less:
		return is(left < right)
	case lessEq:
		return is(left <= right)
	case more:
		return is(left > right)
	case moreEq:
		return is(left >= right)
	default:
		return unknown
	}
}

// group tells whether a task of one of the groups is on the host, or was put there by the packing.
func (c comparison) group(h *Host) ternary {
	if c.operator != equals && c.operator != in {
		return unknown
	}
	for _, group := range c.args {
		if h.here(group) > 0 {
			return yes
		}
	}
	if !h.GroupsKnown {
		return unknown
	}
	return no
}

// pattern is a regular expression for an attribute. ECS uses Java's. If Go reads one differently or not at all, or if
// it matters whether the whole value must match, the answer is unknown.
type pattern struct {
	comparison
	whole, part *regexp.Regexp
	// size is about how many instructions it compiles to.
	size int
}

const (
	// largestPattern and longestValue bound what one match costs. ECS's values have up to 128 characters
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attribute.html). x{1000} alone is a thousand
	// instructions, and such parts could take hundreds of megabytes.
	largestPattern = 1000
	longestValue   = 256
)

func newPattern(c comparison) query {
	size := patternSize(c.args[0])
	if size > largestPattern {
		return unanswerable{}
	}
	whole, err := regexp.Compile("^(?:" + c.args[0] + ")$")
	part, failed := regexp.Compile(c.args[0])
	if err != nil || failed != nil {
		return unanswerable{}
	}
	return pattern{c, whole, part, size}
}

func (p pattern) ask(h *Host) ternary {
	name, ok := p.subject.attribute()
	if !ok {
		return unknown
	}
	return h.attribute(name, func(value string, present bool) ternary {
		switch {
		case len(value) > longestValue:
			return unknown
		case !present && p.operator == matches:
			return no
		case !present:
			return unknown // as for !=
		case p.whole.MatchString(value):
			return p.reads(yes)
		case !p.part.MatchString(value):
			return p.reads(no)
		default:
			return unknown
		}
	})
}

// patternSize is about how many instructions a pattern compiles to; more than allowed if Go does not read it.
func patternSize(text string) int {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return largestPattern + 1
	}
	return instructions(tree)
}

func instructions(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		n += instructions(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(1, re.Min, re.Max)
	}
	return min(n, largestPattern+1)
}

func (p pattern) reads(matched ternary) ternary {
	if p.operator == notMatch {
		return matched.not()
	}
	return matched
}
