package report

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheVendoredLibraryIsAsPublished(t *testing.T) {
	sums := regexp.MustCompile(`(?m)^([0-9a-f]{64}) {2}(\S+)$`).FindAllStringSubmatch(asset("uplot/README.md"), -1)
	require.Len(t, sums, 3)
	for _, sum := range sums {
		got := sha256.Sum256([]byte(asset("uplot/" + sum[2])))
		assert.Equal(t, sum[1], hex.EncodeToString(got[:]), sum[2])
	}
}

// WCAG 2.2 asks 4.5 : 1 of text (1.4.3) and 3 : 1 of what must be seen to understand a picture (1.4.11).
func TestColoursStandOutFromTheGroundInTheLightAndInTheDark(t *testing.T) {
	light, dark, found := strings.Cut(asset("page.css"), "prefers-color-scheme: dark")
	require.True(t, found)
	dark, _, _ = strings.Cut(dark, "\n}\n")
	for scheme, text := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]string{}
		for _, c := range regexp.MustCompile(`--([a-z0-9]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(text, -1) {
			colours[c[1]] = c[2]
		}
		for _, name := range []string{"ink", "ink2", "bad", "c1", "c2"} { // text, too
			assert.GreaterOrEqual(t, contrast(colours[name], colours["ground"]), 4.5, "%s, %s", name, scheme)
		}
		for _, name := range []string{"c3", "soft", "f1", "f2", "f3", "f4", "f5", "f6"} {
			assert.GreaterOrEqual(t, contrast(colours[name], colours["ground"]), 3.0, "%s, %s", name, scheme)
			assert.GreaterOrEqual(t, contrast(colours[name], colours["settle"]), 3.0, "%s while settling, %s", name, scheme)
		}
	}
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is WCAG's relative luminance.
func luminance(colour string) float64 {
	part := func(i int) float64 {
		n, err := strconv.ParseUint(colour[i:i+2], 16, 8)
		if err != nil {
			return math.NaN()
		}
		v := float64(n) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*part(1) + 0.7152*part(3) + 0.0722*part(5)
}
