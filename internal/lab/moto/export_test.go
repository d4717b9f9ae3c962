package moto

// Shared is the one moto of this package's tests.
func Shared() *Server { return shared }

// At is a server at an endpoint that something else serves.
func At(endpoint string) *Server { return &Server{endpoint: endpoint} }
