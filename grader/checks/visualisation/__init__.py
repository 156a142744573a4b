"""The checks of Part 3: saliency maps, class-representative images and adversarial images of a pretrained network."""
