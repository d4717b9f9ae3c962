package plural

import (
	"strings"
	"time"
)

// Duration is a length of time without the units at its end that are 0: "24h", "1h30m", "45s".
func Duration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
