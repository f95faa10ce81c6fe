"""Translation without a game, see `ganforge.objectives.paired.Regression`."""

from ganforge.objectives.paired import Regression

OBJECTIVE = Regression
