"""From sound to an intent: the gate, the recognizer, and the rules of the ear."""
