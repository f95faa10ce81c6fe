"""What a stage shows while it runs."""

from pipeline.stage import progress_bar


def test_the_speed_of_a_resumed_training_leaves_out_what_an_earlier_run_did():
    with progress_bar(1000, "images", "train", done=900) as bar:
        bar.update(50)
        shown = bar.format_dict
    assert (shown["n"], shown["initial"]) == (950, 900)
    meter = bar.format_meter(**shown | {"elapsed": 10.0, "rate": None, "ncols": None})
    assert "95%" in meter
    assert "5.00 images/s" in meter
