package recording

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	// madeUp are the names that [Recording.Anonymised] gives, and of them those of attributes.
	madeUp          = regexp.MustCompile(`^(cluster|(service|group|hook|provider|host|tasks|value|zone)-[0-9]+|[0-9]+|[a-z])$`)
	madeUpAttribute = regexp.MustCompile(`^attribute-\d+$`)
	// wordsIn are the fields that hold words of AWS's and ours, by which nobody names a thing, and notes.
	wordsIn = []string{"made", "cause", "lacks", "type", "types", "suspended", "notes"}
)

// strangers are the texts of an anonymous file that may be a name from before: those that are no time, no name that is
// made up here, and no word of AWS's. It reads the file and does not know how names are replaced, so that a field which is
// forgotten there shows here.
func strangers(file []byte) ([]string, error) {
	var all map[string]any
	if err := json.Unmarshal(file, &all); err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for field, value := range all {
		strangersIn(field, field, value, found)
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// strangersIn adds those of a value. in is the first field that leads to it, and field the last.
func strangersIn(in, field string, value any, found map[string]bool) {
	switch value := value.(type) {
	case string:
		if !familiar(in, field, value) {
			found[value] = true
		}
	case []any:
		for _, item := range value {
			strangersIn(in, field, item, found)
		}
	case map[string]any:
		for name, item := range value {
			if field != "attributes" && field != "member_of" {
				strangersIn(in, name, item, found)
				continue
			}
			if text, _ := item.(string); !madeUp.MatchString(text) && !kept(name, text) {
				found[text] = true
			}
			if !agentSets(name) && !madeUpAttribute.MatchString(name) {
				found[name] = true
			}
		}
	}
}

func familiar(in, field, text string) bool {
	_, noTime := time.Parse(time.RFC3339Nano, text)
	attribute, spreads := strings.CutPrefix(text, spreadAttribute)
	switch {
	case noTime == nil, madeUp.MatchString(text), text == "", slices.Contains(wordsIn, field):
		return true
	case field == "placement_strategy":
		return !spreads || agentSets(attribute) || madeUpAttribute.MatchString(attribute)
	default:
		return in == "instance_types" && field == "name"
	}
}
