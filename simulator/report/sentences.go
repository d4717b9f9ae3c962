package report

import (
	"regexp"
	"strings"
)

// sentences holds a sentence a minute. Most differ in their numbers only, so that they are kept as a pattern, in which each
// number is a hole, and the numbers: a week of sentences in a tenth of the room.
type sentences struct {
	// Patterns are the sentences with hole for every number. Of is each minute's pattern, null without a sentence.
	Patterns []string `json:"patterns"`
	Of       column   `json:"of"`
	// Fills are lists of numbers, separated by blanks; Fill is each minute's.
	Fills []string `json:"fills"`
	Fill  column   `json:"fill"`
}

// hole stands for a number; no sentence has a control character.
const hole = "\x01"

var number = regexp.MustCompile(`\d+(?:\.\d+)?`)

func patterns(list []string) sentences {
	s := sentences{Patterns: []string{}, Fills: []string{}, Of: blank(len(list)), Fill: blank(len(list))}
	patternAt, fillAt := map[string]int{}, map[string]int{}
	for i, sentence := range list {
		if sentence == "" {
			continue
		}
		s.Of[i] = float64(indexIn(patternAt, &s.Patterns, number.ReplaceAllString(sentence, hole)))
		s.Fill[i] = float64(indexIn(fillAt, &s.Fills, strings.Join(number.FindAllString(sentence, -1), " ")))
	}
	return s
}

// indexIn is where a value stands in a list, to which it is added when it is new.
func indexIn(at map[string]int, list *[]string, value string) int {
	i, known := at[value]
	if !known {
		i = len(*list)
		at[value] = i
		*list = append(*list, value)
	}
	return i
}
