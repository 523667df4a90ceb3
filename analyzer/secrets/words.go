package secrets

import "peel/analyzer/secrets/bigram"

// wordy reports whether a value is made of words, not of random letters.
func wordy(v []byte) bool { return bigram.Wordy(v) }
