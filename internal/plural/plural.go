// Package plural writes numbers with their nouns, for sentences.
package plural

import "fmt"

// Count is a number with its noun: "1 host", "2 hosts". many replaces the plural that ends in s, where it ends otherwise
// or a verb follows: Count(n, "host is", "hosts are").
func Count(n int, one string, many ...string) string {
	noun := one
	if n != 1 {
		noun = one + "s"
		if len(many) > 0 {
			noun = many[0]
		}
	}
	return fmt.Sprintf("%d %s", n, noun)
}
