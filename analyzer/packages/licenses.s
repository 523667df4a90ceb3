// Go asks for a file in assembly where functions have no body; licenses.go has
// two that belong to another package.
