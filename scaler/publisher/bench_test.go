package publisher_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkPass is a warm process's pass on a simulated AWS, without SDK and network: 200 hot clusters of 20 hosts and 20
// services.
func BenchmarkPass(b *testing.B) {
	a := newAccount()
	for n := range 200 {
		name := fmt.Sprintf("c%03d", n)
		a.hosts(name, 20)
		for k := range 20 {
			a.load(name, fmt.Sprint("web", k), 5, 160)
		}
	}
	p := a.publisher()
	_, err := p.Run(b.Context(), minute)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		a.calls.Forget()
		_, err := p.Run(b.Context(), minute)
		require.NoError(b, err)
	}
}
