"""`make soak`: a day in the life of a box, faster than real time, with faults at random.

The assistant is the real one: its loop, conversation, memory and calendar, the listener, the gate
and Vosk with the rehearsal model, pyttsx3 with its thread, the speaker with its own. Simulated are
the two devices and the clock: sound comes in and goes out as fast as it is worked through.
"""
