"""From what was heard to what is done: hearing is not working.

sorting   what a message is: an order, a question, a draft; or nothing for us
noting    what was heard, written into the inbox at once
turns     which of it is worked off next, fairly by person
working   one row of the inbox worked off
pausing   a pause for a post of which something was said that was not understood
say       whose words may concern a post
gate      whether a post may go: nothing that may concern it waits, or was said and is not heard yet
"""
