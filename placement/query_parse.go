package placement

import (
	"fmt"
	"strings"
)

// words are the operators that the language has in letters too.
var words = map[string]operator{
	"equals": equals, "not_equals": differs, "not_in": notIn, "matches": matches, "not_matches": notMatch, "not_exists": notExists,
	"less_than": less, "less_than_equal": lessEq, "greater_than": more, "greater_than_equal": moreEq,
	"==": equals, "!=": differs, "in": in, "!in": notIn, "=~": matches, "!~": notMatch, "exists": exists, "!exists": notExists,
	"<": less, "<=": lessEq, ">": more, ">=": moreEq,
}

const (
	// longest is how many characters ECS lets an expression have
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementConstraint.html), deepest how many
	// parentheses and negations may stand within each other here.
	longest = 2000
	deepest = 100
)

// parse never fails: what it does not understand is unanswerable, and unknown stays on the safe side.
func parse(expression string) query {
	if len(expression) > longest {
		return unanswerable{}
	}
	p := &parser{text: expression}
	q, err := p.any()
	if err != nil || p.space() != "" {
		return unanswerable{}
	}
	return q
}

type parser struct {
	text  string
	depth int
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

func (p *parser) any() (query, error) {
	left, err := p.all()
	for err == nil && (p.symbol("||") || p.word("or")) {
		var right query
		right, err = p.all()
		left = either{left, right}
	}
	return left, err
}

func (p *parser) all() (query, error) {
	left, err := p.one()
	for err == nil && (p.symbol("&&") || p.word("and")) {
		var right query
		right, err = p.one()
		left = both{left, right}
	}
	return left, err
}

func (p *parser) one() (query, error) {
	p.depth++
	defer func() { p.depth-- }()
	switch {
	case p.depth > deepest:
		return nil, fmt.Errorf("it is nested deeper than %d", deepest)
	case p.word("not") || p.symbol("!"):
		q, err := p.one()
		return negated{q}, err
	case p.symbol("("):
		q, err := p.any()
		if err == nil && !p.symbol(")") {
			err = fmt.Errorf("a parenthesis is not closed")
		}
		return q, err
	default:
		return p.comparison()
	}
}

func (p *parser) comparison() (query, error) {
	name := p.until(" \t\r\n=!<>()")
	if name == "" {
		return nil, fmt.Errorf("a subject is missing")
	}
	c := comparison{subject: subject(name)}
	spelled := p.operator()
	operator, known := words[spelled]
	if !known {
		return nil, fmt.Errorf("%q is no operator", spelled)
	}
	c.operator = operator
	switch c.operator {
	case exists, notExists:
		return c, nil
	case in, notIn:
		return c, p.list(&c.args)
	default:
		arg, err := p.value(false)
		if c.args = []string{arg}; err == nil && (c.operator == matches || c.operator == notMatch) {
			return newPattern(c), nil
		}
		return c, err
	}
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

func (p *parser) list(into *[]string) error {
	open := p.symbol("[")
	for {
		value, err := p.value(true)
		if err != nil {
			return err
		}
		*into = append(*into, value)
		if !p.symbol(",") {
			break
		}
	}
	if open && !p.symbol("]") {
		return fmt.Errorf("a list is not closed")
	}
	return nil
}

// value reads one argument, quoted or bare. A bare one may hold parentheses of its own, as regular expressions do; in
// a list it ends at a comma.
func (p *parser) value(inList bool) (string, error) {
	p.space()
	if p.text != "" && (p.text[0] == '\'' || p.text[0] == '"') {
		quoted, rest, closed := strings.Cut(p.text[1:], p.text[:1])
		if !closed {
			return "", fmt.Errorf("a quotation is not closed")
		}
		p.text = rest
		return quoted, nil
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
		return "", fmt.Errorf("an argument is missing")
	}
	return value, nil
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
