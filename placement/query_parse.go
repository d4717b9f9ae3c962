package placement

import "strings"

// words are the operators, in signs and in letters.
var words = map[string]operator{
	"equals": equals, "not_equals": differs, "not_in": notIn, "matches": matches, "not_matches": notMatch, "not_exists": notExists,
	"less_than": less, "less_than_equal": lessEq, "greater_than": more, "greater_than_equal": moreEq,
	"==": equals, "!=": differs, "in": in, "!in": notIn, "=~": matches, "!~": notMatch, "exists": exists, "!exists": notExists,
	"<": less, "<=": lessEq, ">": more, ">=": moreEq,
}

const (
	// longest is ECS's limit for an expression, in characters
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementConstraint.html). deepest is ours for
	// nested parentheses and negations.
	longest = 2000
	deepest = 100
)

// parse never fails: what it does not understand is unanswerable, which stays on the safe side.
func parse(expression string) query {
	p := &parser{text: expression}
	if len(expression) > longest {
		return unanswerable{}
	}
	if q := p.any(); !p.failed && p.space() == "" {
		return q
	}
	return unanswerable{}
}

// parser reads from the front of text. Once it has failed, its results mean nothing.
type parser struct {
	text   string
	depth  int
	failed bool
}

func (p *parser) fail() query {
	p.failed = true
	return unanswerable{}
}

// space skips blanks and tells what is left.
func (p *parser) space() string {
	p.text = strings.TrimLeft(p.text, " \t\r\n")
	return p.text
}

func (p *parser) symbol(options ...string) bool {
	p.space()
	for _, option := range options {
		if strings.HasPrefix(p.text, option) {
			p.text = p.text[len(option):]
			return true
		}
	}
	return false
}

// word takes one of the given words, but not the beginning of a longer one.
func (p *parser) word(options ...string) bool {
	p.space()
	for _, option := range options {
		rest, found := strings.CutPrefix(strings.ToLower(p.text), option)
		if found && (rest == "" || strings.ContainsAny(rest[:1], " \t\r\n(")) {
			p.text = p.text[len(option):]
			return true
		}
	}
	return false
}

func (p *parser) any() query { return p.join(p.all, "||", "or", ternary.or) }

func (p *parser) all() query { return p.join(p.one, "&&", "and", ternary.and) }

func (p *parser) join(next func() query, symbol, word string, by func(a, b ternary) ternary) query {
	q := next()
	for !p.failed && (p.symbol(symbol) || p.word(word)) {
		q = joined{q, next(), by}
	}
	return q
}

func (p *parser) one() query {
	p.depth++
	defer func() { p.depth-- }()
	switch {
	case p.depth > deepest:
		return p.fail()
	case p.word("not") || p.symbol("!"):
		return negated{p.one()}
	case p.symbol("("):
		q := p.any()
		if !p.symbol(")") {
			return p.fail()
		}
		return q
	default:
		return p.comparison()
	}
}

func (p *parser) comparison() query {
	c := comparison{subject: subject(p.until(" \t\r\n=!<>()"))}
	operator, known := words[p.operator()]
	if c.subject == "" || !known {
		return p.fail()
	}
	c.operator = operator
	switch c.operator {
	case exists, notExists:
	case in, notIn:
		c.args = p.list()
	default:
		c.args = []string{p.value(false)}
	}
	if c.operator == matches || c.operator == notMatch {
		return newPattern(c)
	}
	return c
}

// operator reads one in letters or signs; ! may stand before a word.
func (p *parser) operator() string {
	p.space()
	n := 0
	for n < len(p.text) && strings.IndexByte("=!<>~", p.text[n]) >= 0 {
		n++
	}
	if n == 0 || p.text[:n] == "!" {
		for n < len(p.text) && (p.text[n] == '_' || 'a' <= p.text[n]|0x20 && p.text[n]|0x20 <= 'z') {
			n++
		}
	}
	spelled := strings.ToLower(p.text[:n])
	p.text = p.text[n:]
	return spelled
}

func (p *parser) list() []string {
	open := p.symbol("[")
	values := []string{p.value(true)}
	for !p.failed && p.symbol(",") {
		values = append(values, p.value(true))
	}
	if open && !p.symbol("]") {
		p.fail()
	}
	return values
}

// value reads one argument, quoted or bare. A bare one may hold parentheses, as regular expressions do. In a list it
// ends at a comma.
func (p *parser) value(inList bool) string {
	p.space()
	if p.text != "" && (p.text[0] == '\'' || p.text[0] == '"') {
		quoted, rest, closed := strings.Cut(p.text[1:], p.text[:1])
		if p.text = rest; !closed {
			p.fail()
		}
		return quoted
	}
	stops := " \t\r\n"
	if inList {
		stops += ",]"
	}
	depth, n := 0, 0
	for ; n < len(p.text) && strings.IndexByte(stops, p.text[n]) < 0; n++ {
		if p.text[n] == '(' {
			depth++
		} else if p.text[n] == ')' {
			if depth == 0 {
				break
			}
			depth--
		}
	}
	value := p.text[:n]
	p.text = p.text[n:]
	if value == "" {
		p.fail()
	}
	return value
}

func (p *parser) until(stops string) string {
	p.space()
	n := strings.IndexAny(p.text, stops)
	if n < 0 {
		n = len(p.text)
	}
	read := p.text[:n]
	p.text = p.text[n:]
	return read
}
