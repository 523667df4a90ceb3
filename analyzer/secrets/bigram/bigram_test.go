package bigram

import "testing"

func TestWordy(t *testing.T) {
	for _, w := range []string{"build", "build-time", "authentication", "my_service_account", "collectStatic", "The quick brown fox"} {
		if !Wordy(w) {
			t.Errorf("%q is of words", w)
		}
	}
	for _, w := range []string{"", "xkqjzvbnwq", "kR7s9fQ2LmX0vT8u", "9f86d081884c7d65", "qzXwvKJhTgPq"} {
		if Wordy(w) {
			t.Errorf("%q is not of words", w)
		}
	}
}
